package io.parley.protocol;

/**
 * Something the vault pays out once the batch is final.
 *
 * @param asset the cash or a spot asset
 * @param to who receives it
 * @param amount units of 1e-8, 0 to 2^63 - 1
 */
public record Withdrawal(AssetId asset, Address to, long amount) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if the amount is out of range
     */
    public Withdrawal {
        Range.u63(amount, "amount");
    }

    /** {@return {@code H(u64 asset ‖ addr to ‖ u64 amount)}} */
    public Bytes32 hash() {
        WireWriter out = new WireWriter(36);
        writeTo(out);
        return Keccak256.hash(out.toBytes());
    }

    /**
     * {@return the chain of withdrawals with this one at its end, {@code H(chain ‖ H(this))}}
     *
     * @param chain the chain before it; zero if there was none
     */
    public Bytes32 appendTo(Bytes32 chain) {
        return Keccak256.hash(chain, hash());
    }

    /**
     * Writes asset, receiver and amount.
     *
     * @param out where to
     */
    public void writeTo(WireWriter out) {
        out.asset(asset).address(to).u63(amount);
    }

    /**
     * {@return the withdrawal at the reader}
     *
     * @param in where from
     * @throws Undecodable if there is none
     */
    public static Withdrawal readFrom(WireReader in) {
        return new Withdrawal(in.asset("asset"), in.address("to"), in.u63("amount"));
    }
}
