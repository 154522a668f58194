package io.parley.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.SignedIntent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/**
 * Makes small signed intents in pairs, a purchase and a sale of the same, so that the solvers as a whole stay flat: coins,
 * perpetuals and options in turn. Limits are generous, so that whether they fill is a matter of capacity.
 */
final class Orders {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long VALID_SECONDS = 3_600;
    private static final long MAX_FEE = Fixed8.ONE;

    private final Domain domain;
    private final Owners owners;
    private final DoorClient.Market market;
    private final List<AssetId> coins;
    private final List<AssetId> perpetuals;
    private final List<AssetId> options;
    private int made;

    /** @param market what is listed, and the marks that the limits are set from */
    Orders(Domain domain, Owners owners, DoorClient.Market market) {
        this.domain = domain;
        this.owners = owners;
        this.market = market;
        this.coins = assets(AssetKind.SPOT);
        this.perpetuals = assets(AssetKind.PERP);
        var calls = assets(AssetKind.CALL);
        this.options = calls.subList(0, Math.min(6, calls.size()));
    }

    private List<AssetId> assets(AssetKind kind) {
        return market.marks().keySet().stream().filter(a -> a.kind() == kind).toList();
    }

    /**
     * An intent that is ready to be sent.
     *
     * @param what the side and the asset
     * @param body the door's JSON
     */
    record Order(Bytes32 id, TopicWatch.Place place, String what, byte[] body) {}

    Order next() {
        int pair = made / 2;
        long direction = made++ % 2 == 0 ? 1 : -1;
        var asset = asset(pair);
        long mark = market.marks().getOrDefault(asset, 0L);
        long quantity = direction * quantity(asset);
        long value = Fixed8.multiplyFloor(quantity, mark);
        double slack = slack(asset);
        long cash = -Math.round(value > 0 ? value * (1 + slack) : value * (1 - slack));
        var turn = owners.next();
        var intent = new Intent(
                turn.signer().address(),
                0,
                List.of(new Leg(asset, quantity)),
                cash,
                MAX_FEE,
                1,
                1,
                0,
                Instant.now().getEpochSecond() + VALID_SECONDS,
                turn.nonce(),
                false,
                Conditions.NONE);
        var id = Eip712.digest(domain, intent, market.listings());
        var what = (quantity > 0 ? "buys " : "sells ")
                + market.listings().nameOf(asset).orElseThrow();
        return new Order(
                id,
                new TopicWatch.Place(intent.owner(), intent.nonce()),
                what,
                body(new SignedIntent(intent, turn.signer().sign(id))));
    }

    private AssetId asset(int pair) {
        return switch (pair % 4) {
            case 0 -> coins.get(0);
            case 1 -> coins.get(1);
            case 2 -> perpetuals.get(0);
            default -> options.get(pair / 4 % options.size());
        };
    }

    /**
     * How far the limit is behind the mark. A pool is where its last trade left it, some per cent from the mark; an option's price
     * moves by many times what its underlying does.
     */
    private static double slack(AssetId asset) {
        return switch (asset.kind()) {
            case PERP -> 0.02;
            case CALL, PUT -> 0.15;
            case CASH, SPOT -> 0.10;
        };
    }

    /** Some hundred dollars' worth, or a fifth of an option. */
    private static long quantity(AssetId asset) {
        return asset.kind().isOption() ? Fixed8.ONE / 5 : asset.underlying() == 1 ? Fixed8.ONE / 20 : Fixed8.ONE / 500;
    }

    private byte[] body(SignedIntent signed) {
        var intent = signed.intent();
        var body = JSON.createObjectNode();
        body.put("owner", intent.owner().hex());
        body.put("account", intent.account());
        var legs = body.putArray("legs");
        for (var leg : intent.legs()) {
            legs.addObject()
                    .put("asset", market.listings().nameOf(leg.asset()).orElseThrow())
                    .put("quantity", Long.toString(leg.quantity()));
        }
        body.put("cash", Long.toString(intent.cash()));
        body.put("maxFee", Long.toString(intent.maxFee()));
        body.put("parts", intent.parts());
        body.put("minParts", intent.minParts());
        body.put("validFrom", Long.toString(intent.validFrom()));
        body.put("validUntil", Long.toString(intent.validUntil()));
        body.put("nonce", Long.toUnsignedString(intent.nonce()));
        body.put("verifiedOnly", intent.verifiedOnly());
        body.put("signature", signed.signature().hex());
        try {
            return JSON.writeValueAsBytes(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
