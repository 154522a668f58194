package io.parley.protocol;

import java.util.HexFormat;
import java.util.List;

/**
 * How a solver's risk is laid off at a venue: which of an account's funds are handed to which adapter, and what has to come back. Its
 * bytes decide the address of its escrow, so that a signed withdrawal to that address is the signature under the route
 * (docs/protocol.md). Construction checks what the wire can carry.
 *
 * @param owner the address whose account it is
 * @param account the number of the account, 0 to 2^32 - 1
 * @param auction the auction whose risk it lays off, 0 to 2^63 - 1
 * @param index its place among the routes of the account's bid in that auction, 0 to 255
 * @param adapter what trades at the venue
 * @param input what is handed over: the cash or a spot asset
 * @param amount of the input in units of 1e-8, 0 to 2^63 - 1
 * @param output what has to come back
 * @param minimum the least of the output in units of 1e-8 that counts, 0 to 2^63 - 1; with less the input comes back
 * @param validUntil unix seconds until which it may go to the venue, inclusive; the withdrawal is valid as long
 */
public record Route(
        Address owner,
        long account,
        long auction,
        int index,
        Address adapter,
        AssetId input,
        long amount,
        AssetId output,
        long minimum,
        long validUntil) {

    /** The length of its bytes. */
    public static final int SIZE = 94;

    // A minimal proxy (ERC-1167) around the address of what it is a proxy to.
    private static final byte[] PROXY_BEFORE = HexFormat.of().parseHex("3d602d80600a3d3981f3363d3d373d3d3d363d73");
    private static final byte[] PROXY_AFTER = HexFormat.of().parseHex("5af43d82803e903d91602b57fd5bf3");

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Route {
        Range.u32(account, "account");
        Range.u63(auction, "auction");
        Range.u8(index, "index");
        Range.u63(amount, "amount");
        Range.u63(minimum, "minimum");
        Range.u63(validUntil, "validUntil");
    }

    /** {@return its bytes} */
    public byte[] encode() {
        return new WireWriter(SIZE)
                .version()
                .address(owner)
                .u32(account)
                .u63(auction)
                .u8(index)
                .address(adapter)
                .asset(input)
                .u63(amount)
                .asset(output)
                .u63(minimum)
                .u63(validUntil)
                .toBytes();
    }

    /**
     * {@return the route of the bytes}
     *
     * @param bytes exactly one route
     * @throws Undecodable if it is none
     */
    public static Route decode(byte[] bytes) {
        return WireReader.whole(bytes, in -> {
            in.version("route");
            return new Route(
                    in.address("owner"),
                    in.u32("account"),
                    in.u63("auction"),
                    in.u8("index"),
                    in.address("adapter"),
                    in.asset("input"),
                    in.u63("amount"),
                    in.asset("output"),
                    in.u63("minimum"),
                    in.u63("validUntil"));
        });
    }

    /** {@return the hash of its bytes, by which it is known} */
    public Bytes32 id() {
        return Keccak256.hash(encode());
    }

    /**
     * {@return what a bid's {@code path} says of its routes: zero for none, else the hash of their ids, one after the other}
     *
     * @param routes in the order of their indices
     */
    public static Bytes32 path(List<Route> routes) {
        return routes.isEmpty()
                ? Bytes32.ZERO
                : Keccak256.hash(
                        routes.stream().map(route -> route.id().bytes()).toArray(byte[][]::new));
    }

    /**
     * {@return where its input has to be withdrawn to: the address of the proxy that the contract makes with the route's id as salt}
     *
     * @param routes the contract that runs routes
     */
    public Address escrow(Address routes) {
        // The contract's first creation is what the proxies stand for.
        byte[] implementation = address(new byte[] {(byte) 0xd6, (byte) 0x94}, routes.bytes(), new byte[] {1});
        byte[] code = Keccak256.hash(PROXY_BEFORE, implementation, PROXY_AFTER).bytes();
        return Address.of(address(new byte[] {(byte) 0xff}, routes.bytes(), id().bytes(), code));
    }

    private static byte[] address(byte[]... preimage) {
        return Address.of(Keccak256.hash(preimage).bytes(), 12).bytes();
    }

    /**
     * {@return the withdrawal whose signature is the route's}
     *
     * @param routes the contract that runs routes
     * @param nonce all 64 bits: the upper two choose the lane
     */
    public Withdraw withdraw(Address routes, long nonce) {
        return new Withdraw(owner, account, input, amount, escrow(routes), validUntil, nonce);
    }
}
