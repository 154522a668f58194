package io.parley.protocol.wire;

import io.parley.protocol.Address;
import io.parley.protocol.Route;
import io.parley.protocol.Signature;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.WithdrawCommand;

/**
 * The record of {@link Topic#ROUTES}: a route with what its withdrawal needs beyond it.
 *
 * @param route the route
 * @param nonce of the withdrawal
 * @param signature over the withdrawal, by the owner or a registered key with scope 8
 */
public record RouteRecord(Route route, long nonce, Signature signature) {

    /**
     * {@return the withdrawal as it goes into the log}
     *
     * @param routes the contract that runs routes
     */
    public WithdrawCommand withdrawal(Address routes) {
        return new WithdrawCommand(route.withdraw(routes, nonce), signature);
    }

    /** {@return the record's bytes} */
    public byte[] encode() {
        return new WireWriter(1 + Route.SIZE + 8 + 65)
                .version()
                .raw(route.encode())
                .u64(nonce)
                .signature(signature)
                .toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static RouteRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("route record");
            return new RouteRecord(
                    Route.decode(in.raw(Route.SIZE, "route").bytes()), in.u64("nonce"), in.signature("signature"));
        });
    }
}
