package io.parley.protocol;

/** A command that the contract's queue orders: it applies at its index in the queue and nowhere else. */
public sealed interface QueueCommand extends Command
        permits Deposit, RegisterKey, ListAsset, SetParameters, CreditFee, ForcedWithdraw, ForcedReduce, ForcedCancel {

    /** {@return its place in the contract's queue, from 0} */
    long queueIndex();

    /** {@return whether commands of a kind are entries of the queue} */
    static boolean isKind(int kind) {
        return kind >= Deposit.KIND && kind <= ForcedCancel.KIND;
    }
}
