package io.parley.solvers;

import io.parley.clearing.MarginParameters;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Conditions;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import io.parley.protocol.PriceContent;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.MarketView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverAccount;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a solver about auctions that never were, before the first real one: a fresh JVM needs ten times as long for its
 * first auction as for its hundredth, and a window of 100 ms does not wait for it. Nothing of the answers is used.
 */
public final class WarmUp {

    private static final int ROUNDS = 300;
    private static final Duration MOST = Duration.ofSeconds(5);
    private static final long NOW = LocalDate.of(2026, 1, 2).toEpochDay() * 86_400;
    private static final AssetId ETH = AssetId.spot(1);
    private static final AssetId PERP = AssetId.perp(1);
    private static final AssetId CALL = AssetId.option(1, LocalDate.of(2026, 3, 27), true, Fixed8.parse("3000"));
    private static final AssetId HIGHER = AssetId.option(1, LocalDate.of(2026, 3, 27), true, Fixed8.parse("3200"));

    private WarmUp() {}

    /** Begins on a thread of its own and returns at once. */
    public static void begin(Solver solver) {
        Thread.ofPlatform().daemon().name("warm-up-" + solver.name()).start(() -> {
            long until = System.nanoTime() + MOST.toNanos();
            var auction = auction();
            for (int i = 0; i < ROUNDS && System.nanoTime() < until; i++) {
                solver.solve(auction, Instant.now().plusSeconds(1));
            }
        });
    }

    private static AuctionView auction() {
        var intents = new ArrayList<OpenIntent>();
        for (int i = 0; i < 3; i++) {
            intents.add(intent(intents.size(), "-3100", leg(ETH, "1")));
            intents.add(intent(intents.size(), "2900", leg(ETH, "-1")));
            intents.add(intent(intents.size(), "-3100", leg(PERP, "1")));
            intents.add(intent(intents.size(), "-400", leg(CALL, "2"), leg(HIGHER, "-2")));
            intents.add(intent(intents.size(), "10", leg(ETH, "-1"), leg(PERP, "1")));
        }
        var accounts = new ArrayList<SolverAccount>();
        for (int number = 0; number < 4; number++) {
            accounts.add(account(number));
        }
        return new AuctionView(0, intents, market(), accounts, Fixed8.parse("0.1"));
    }

    private static SolverAccount account(long number) {
        return new SolverAccount(
                number,
                Fixed8.parse("100000"),
                Map.of(ETH, Fixed8.parse("20"), PERP, Fixed8.ONE),
                Fixed8.parse("90000"));
    }

    private static Leg leg(AssetId asset, String quantity) {
        return new Leg(asset, Fixed8.parse(quantity));
    }

    private static OpenIntent intent(int number, String cash, Leg... legs) {
        var id = Keccak256.hash(new byte[] {(byte) number});
        var owner = Address.of(Arrays.copyOf(id.bytes(), 20));
        var intent = new Intent(
                owner, 0, List.of(legs), Fixed8.parse(cash), Fixed8.ONE, 1, 1, 0, NOW + 60, 0, false, Conditions.NONE);
        return new OpenIntent(id, intent, 1, Optional.of(account(0)));
    }

    private static MarketView market() {
        long price = Fixed8.parse("3000");
        var expiry = new PriceContent.Expiry(
                CALL.expiryDay(), price, Fixed8.parse("0.08"), Fixed8.parse("0.02"), 0, 0, Fixed8.parse("0.1"));
        var prices = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(1, price, Fixed8.ONE, 0, price, List.of(expiry))),
                List.of(
                        new PriceContent.Mark(ETH, price),
                        new PriceContent.Mark(PERP, price),
                        new PriceContent.Mark(CALL, Fixed8.parse("340")),
                        new PriceContent.Mark(HIGHER, Fixed8.parse("260"))));
        var listings = Listings.NONE
                .with(AssetId.cash(), "USD")
                .with(ETH, "ETH")
                .with(PERP, "ETH-PERP")
                .with(CALL, CALL.name("ETH"))
                .with(HIGHER, HIGHER.name("ETH"));
        return new MarketView(
                NOW,
                prices,
                listings,
                Map.of(1, "ETH"),
                Blob.of(MarginParameters.demo().encode()));
    }
}
