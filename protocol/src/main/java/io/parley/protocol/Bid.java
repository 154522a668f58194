package io.parley.protocol;

import java.util.List;

/**
 * What a solver signs to fill intents: its account takes minus the sum of all fills (legs and cash) and minus
 * {@code pays}. The EIP-712 digest is what its commitment binds. Construction checks what the wire can carry; the
 * rules on counts and values are the trade command's.
 *
 * @param solver the address whose account it is
 * @param account the number of the solver's account, 0 to 2^32 - 1
 * @param auction the auction it is for, 0 to 2^63 - 1
 * @param fills 1 to 15 fills of distinct intents
 * @param pays what the solver adds for the insurance pot, in cash units of 1e-8, 0 to 2^63 - 1
 * @param path how the solver lays the risk off ({@link Route#path}); never changes a fill
 * @param validUntil unix seconds until which it may be cleared, inclusive
 * @param salt hides the bid behind its digest until it is revealed
 */
public record Bid(
        Address solver,
        long account,
        long auction,
        List<Fill> fills,
        long pays,
        Bytes32 path,
        long validUntil,
        Bytes32 salt) {

    /** The most fills of a bid. */
    public static final int MAX_FILLS = 15;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range or there are more than 255 fills
     */
    public Bid {
        fills = List.copyOf(fills);
        Range.u32(account, "account");
        Range.u63(auction, "auction");
        Range.count(fills.size(), 255, "fills");
        Range.u63(pays, "pays");
        Range.u63(validUntil, "validUntil");
    }

    int encodedSize() {
        return 1 + 20 + 4 + 8 + 8 + 32 + 8 + 32 + 1 + 52 * fills.size();
    }

    void writeTo(WireWriter out) {
        out.version()
                .address(solver)
                .u32(account)
                .u63(auction)
                .u63(pays)
                .b32(path)
                .u63(validUntil)
                .b32(salt)
                .u8(fills.size());
        for (Fill fill : fills) {
            fill.writeTo(out);
        }
    }

    static Bid readFrom(WireReader in) {
        in.version("bid");
        Address solver = in.address("solver");
        long account = in.u32("account");
        long auction = in.u63("auction");
        long pays = in.u63("pays");
        Bytes32 path = in.b32("path");
        long validUntil = in.u63("validUntil");
        Bytes32 salt = in.b32("salt");
        List<Fill> fills = in.list(in.u8("nFills"), "fills", Fill::readFrom);
        return new Bid(solver, account, auction, fills, pays, path, validUntil, salt);
    }
}
