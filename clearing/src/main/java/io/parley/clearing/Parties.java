package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.Intent;
import io.parley.protocol.IntentForm;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.OwnerCommand;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.WithdrawCommand;
import java.util.List;
import java.util.Optional;

/**
 * Whom a command is about, whether or not it is allowed: the accounts that it names and the keys that signed it. Nothing
 * is judged here.
 */
record Parties(Domain domain, AccountTree accounts, Keys keys, Listings listings, Recovery recovery) {

    /**
     * Puts them into a step that has begun.
     *
     * @return whether the command has the parts of a witness; one whose counts are out of bounds has none
     */
    boolean gather(Command command, Step into) {
        switch (command) {
            case Deposit deposit -> place(into, deposit.accountIndex());
            case CreditFee credit -> place(into, credit.accountIndex());
            case ForcedWithdraw forced -> place(into, forced.accountIndex());
            case ForcedCancel forced -> place(into, forced.accountIndex());
            case ForcedReduce forced -> {
                if (forced.accountIndex() == forced.counterIndex()) {
                    return false;
                }
                place(into, forced.accountIndex());
                place(into, forced.counterIndex());
            }
            case ListAsset listing -> {
                return listing.listingIndex() < 1 << Listings.DEPTH;
            }
            case RegisterKey _, SetParameters _, PriceCommand _ -> {}
            case OwnerCommand signed -> {
                account(into, signed.owner(), signed.account());
                if (isNamed(signed)) {
                    key(into, 0, signed.owner(), signed.account(), signed.digest(domain, listings), signed.signature());
                }
            }
            case TradeCommand trade -> {
                return gather(trade, into);
            }
        }
        return true;
    }

    /** Whether what it names has a name, without which nothing was signed. */
    private boolean isNamed(OwnerCommand signed) {
        return !(signed instanceof WithdrawCommand withdraw)
                || listings.contains(withdraw.withdraw().asset());
    }

    private boolean gather(TradeCommand trade, Step into) {
        List<SignedIntent> intents = trade.intents();
        if (intents.size() >= Step.MAX_ACCOUNTS) {
            return false;
        }
        SignedBid bid = trade.bid();
        Address solver = bid.bid().solver();
        long number = bid.bid().account();
        account(into, solver, number);
        key(into, 0, solver, number, Eip712.digest(domain, bid.bid()), bid.signature());
        for (int i = 0; i < intents.size(); i++) {
            Intent intent = intents.get(i).intent();
            account(into, intent.owner(), intent.account());
            if (IntentForm.check(intent, listings).isEmpty()) {
                Bytes32 id = Eip712.digest(domain, intent, listings);
                key(
                        into,
                        i + 1,
                        intent.owner(),
                        intent.account(),
                        id,
                        intents.get(i).signature());
            }
        }
        return true;
    }

    /** An owner without an account stands at the place 0, which the contract gives to nobody. */
    private void account(Step into, Address owner, long account) {
        place(into, accounts.index(owner, account));
    }

    private void place(Step into, int index) {
        into.draft(index, accounts.leaf(index));
    }

    private void key(Step into, int signature, Address owner, long account, Bytes32 digest, Signature bytes) {
        if (!Signatures.isWellFormed(bytes)) {
            return;
        }
        recovery.recover(digest, bytes)
                .filter(signer -> !signer.equals(owner))
                .map(signer -> keys.find(owner, account, signer))
                .ifPresent(grant -> into.usedKey(signature, grant));
    }

    /** Who signed for an account without being its owner or a key of it in the state: the first, if there is one. */
    Optional<Stranger> stranger(Command command) {
        return switch (command) {
            case OwnerCommand signed ->
                isNamed(signed)
                        ? stranger(
                                signed.owner(), signed.account(), signed.digest(domain, listings), signed.signature())
                        : Optional.empty();
            case TradeCommand trade -> stranger(trade);
            default -> Optional.empty();
        };
    }

    private Optional<Stranger> stranger(TradeCommand trade) {
        var bid = trade.bid().bid();
        var found = stranger(
                bid.solver(),
                bid.account(),
                Eip712.digest(domain, bid),
                trade.bid().signature());
        for (SignedIntent signed : trade.intents()) {
            Intent intent = signed.intent();
            if (found.isEmpty() && IntentForm.check(intent, listings).isEmpty()) {
                found = stranger(
                        intent.owner(), intent.account(), Eip712.digest(domain, intent, listings), signed.signature());
            }
        }
        return found;
    }

    private Optional<Stranger> stranger(Address owner, long account, Bytes32 digest, Signature bytes) {
        return Signatures.isWellFormed(bytes)
                ? recovery.recover(digest, bytes)
                        .filter(signer -> !signer.equals(owner) && keys.find(owner, account, signer) == null)
                        .map(signer -> new Stranger(owner, account, signer))
                : Optional.empty();
    }

    /** A signer that is neither the owner nor a key of the account. */
    record Stranger(Address owner, long account, Address signer) {}
}
