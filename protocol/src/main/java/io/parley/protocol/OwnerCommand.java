package io.parley.protocol;

/** A command about one account, signed by its owner or a registered key of it. */
public sealed interface OwnerCommand extends Command
        permits WithdrawCommand, CancelCommand, SetModeCommand, HeartbeatCommand {

    /** {@return the address whose account it is} */
    Address owner();

    /** {@return the number of the owner's account, 0 to 2^32 - 1} */
    long account();

    /** {@return by the owner or a registered key of the owner} */
    Signature signature();

    /**
     * {@return the digest that was signed}
     *
     * @param domain where it counts
     * @param names the listings or what was proven of them
     * @throws NotListed if it names an asset that has no name
     */
    Bytes32 digest(Domain domain, AssetNames names);
}
