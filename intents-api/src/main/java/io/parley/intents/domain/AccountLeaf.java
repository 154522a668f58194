package io.parley.intents.domain;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.WireReader;
import io.parley.protocol.admission.Nonces;
import java.util.List;

/**
 * An account as its leaf says it (protocol §5).
 *
 * @param owner the owner's address
 * @param account the number of the account, u32
 * @param mode 0 standard, 1 isolated, 2 portfolio
 * @param cash units of 1e-8 US dollar; negative is owed
 * @param nonces the four lanes
 * @param lastAuction the last auction in which it traded as a solver
 * @param liquidationStart unix seconds, 0 for none
 * @param liveUntil unix seconds until which its intents stand without another heartbeat, 0 if none is asked for
 * @param positions ascending by asset
 * @param partials in order of first fill
 */
public record AccountLeaf(
        Address owner,
        long account,
        int mode,
        long cash,
        Nonces nonces,
        long lastAuction,
        long liquidationStart,
        long liveUntil,
        List<Position> positions,
        List<Partial> partials) {

    /** A signed quantity of one asset: positive is owed to the account. */
    public record Position(AssetId asset, long quantity, long fundingIndex, long cost) {

        private static Position read(WireReader in) {
            return new Position(
                    in.asset("position asset"), in.i64("quantity"), in.i64("fundingIndex"), in.i64("position cost"));
        }
    }

    /** An intent that is filled in part. */
    public record Partial(Bytes32 intent, long nonce, long validUntil, long lastFill, long partsDone) {

        private static Partial read(WireReader in) {
            return new Partial(
                    in.b32("partial intent"),
                    in.u64("partial nonce"),
                    in.u63("partial validUntil"),
                    in.u63("lastFill"),
                    in.u32("partsDone"));
        }
    }

    /** @throws io.parley.protocol.Undecodable if the bytes are no leaf */
    public static AccountLeaf decode(Blob leaf) {
        return WireReader.whole(leaf, AccountLeaf::read);
    }

    private static AccountLeaf read(WireReader in) {
        in.version("account leaf");
        Address owner = in.address("owner");
        long account = in.u32("account");
        int mode = in.u8("mode");
        int positions = in.u8("nPositions");
        int partials = in.u8("nPartials");
        long cash = in.i64("cash");
        var nonces = new Nonces(List.of(lane(in), lane(in), lane(in), lane(in)));
        return new AccountLeaf(
                owner,
                account,
                mode,
                cash,
                nonces,
                in.u63("lastAuction"),
                in.u32("liquidationStart"),
                in.u32("liveUntil"),
                in.list(positions, "positions", Position::read),
                in.list(partials, "partials", Partial::read));
    }

    private static Nonces.Lane lane(WireReader in) {
        return new Nonces.Lane(in.u63("lane base"), in.u64("lane bits"));
    }
}
