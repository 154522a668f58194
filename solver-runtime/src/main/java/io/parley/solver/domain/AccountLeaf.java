package io.parley.solver.domain;

import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.WireReader;
import java.util.HashMap;
import java.util.Map;

/**
 * What a solver wants to know of an account's leaf (docs/protocol.md, section 5).
 *
 * @param cash units of 1e-8
 * @param positions signed quantities in units of 1e-8
 */
record AccountLeaf(AccountId id, long cash, Map<AssetId, Long> positions) {

    private static final int LANES = 4;

    /** @throws io.parley.protocol.Undecodable if these are no leaf's bytes */
    static AccountLeaf decode(Blob leaf) {
        var in = new WireReader(leaf);
        in.version("account leaf");
        var id = new AccountId(in.address("owner"), in.u32("account"));
        in.u8("mode");
        int count = in.u8("nPositions");
        in.u8("nPartials");
        long cash = in.i64("cash");
        for (int lane = 0; lane < LANES; lane++) {
            in.u64("base");
            in.u64("bits");
        }
        in.u64("lastAuction");
        in.u32("liquidationStart");
        in.u32("liveUntil");
        var positions = new HashMap<AssetId, Long>();
        for (int i = 0; i < count; i++) {
            positions.put(in.asset("position asset"), in.i64("position quantity"));
            in.i64("fundingIndex");
            in.i64("cost");
        }
        return new AccountLeaf(id, cash, Map.copyOf(positions));
    }
}
