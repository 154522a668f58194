package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Cancel;
import io.parley.protocol.Deposit;
import io.parley.protocol.Fixed8;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.Withdrawal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Traders who do anything that the protocol has a command for, some of it wrong. */
final class Crowd {
    private static final List<Trader> TRADERS =
            List.of(Trader.ALICE, Trader.BOB, Trader.CAROL, Trader.DAVE, Trader.SOLVER);
    private static final List<String> TRADED = List.of(
            "ETH", "BTC", "ETH-PERP", "BTC-PERP", "ETH-27MAR26-3200-C", "ETH-27MAR26-2800-P", "ETH-26JUN26-3000-C");

    private final Random random;
    private final Market market;

    /** Deposits less withdrawals, by asset. */
    private final Map<AssetId, Long> paidIn = new HashMap<>();

    private final List<Open> open = new ArrayList<>();
    private int applied;
    private int trades;
    private int refused;

    /** An intent that was filled in part. */
    private record Open(Offer offer, long partsLeft, long partsOf) {}

    Crowd(long seed) {
        random = new Random(seed);
        market = Market.market()
                .spot("BTC", "60000")
                .mark("ETH-27MAR26-3200-C", "120")
                .mark("ETH-27MAR26-2800-P", "80")
                .mark("ETH-26JUN26-3000-C", "310");
        for (Trader trader : TRADERS) {
            // One of them is short of money, so that margins decide as well.
            boolean poor = trader == Trader.DAVE;
            pay(trader, "USD", poor ? 500 : 200_000);
            pay(trader, "ETH", poor ? 1 : 40);
            pay(trader, "BTC", poor ? 0 : 2);
        }
        market.applied(market.registerKey(
                Trader.SOLVER, Trader.SESSION, RegisterKey.BIDS | RegisterKey.INTENTS, Market.LATER));
    }

    Market market() {
        return market;
    }

    Map<AssetId, Long> paidIn() {
        return paidIn;
    }

    int applied() {
        return applied;
    }

    int trades() {
        return trades;
    }

    int refused() {
        return refused;
    }

    private void pay(Trader trader, String asset, long whole) {
        count(market.send(deposit(trader, Market.asset(asset), whole * Fixed8.ONE)), null);
    }

    private Deposit deposit(Trader trader, AssetId asset, long units) {
        Deposit deposit = market.deposit(trader, 0, asset, units);
        paidIn.merge(asset, units, Long::sum);
        return deposit;
    }

    private void count(StepResult result, Deal deal) {
        switch (result) {
            case StepResult.Applied step -> {
                applied++;
                trades += deal == null ? 0 : 1;
                for (Withdrawal withdrawal : step.withdrawals()) {
                    paidIn.merge(withdrawal.asset(), -withdrawal.amount(), Long::sum);
                }
            }
            case StepResult.Refused no -> refused++;
        }
    }

    /** One more command. */
    void act() {
        switch (random.nextInt(20)) {
            case 0 -> market.tick(random.nextInt(5));
            case 1 -> move();
            case 2 -> count(market.send(deposit(any(), any(TRADED.subList(0, 2)), amount())), null);
            case 3 -> count(market.send(deposit(any(), AssetId.cash(), random.nextInt(4) == 0 ? 0 : amount())), null);
            case 4 -> {
                Trader trader = any();
                String asset = random.nextInt(3) == 0 ? "ETH" : "USD";
                String much = Fixed8.format(amount() * random.nextInt(1, 9));
                count(market.send(market.withdraw(trader, much + " " + asset, nonce(trader))), null);
            }
            case 5 -> {
                Trader trader = any();
                count(
                        market.send(market.cancel(trader, random.nextInt(4) == 0 ? Cancel.BELOW : 0, nonce(trader))),
                        null);
            }
            case 6 -> {
                if (random.nextInt(8) == 0) {
                    Trader trader = any();
                    count(market.send(market.cancel(trader, Cancel.ALL, nonce(trader))), null);
                }
            }
            case 7 -> count(market.send(market.creditFee(any(), Fixed8.format(random.nextLong(Fixed8.ONE)))), null);
            default -> trade();
        }
    }

    private void move() {
        switch (random.nextInt(3)) {
            case 0 -> market.spot("ETH", Long.toString(2_800 + random.nextInt(400)));
            case 1 -> market.mark("ETH-27MAR26-3200-C", Long.toString(80 + random.nextInt(80)));
            default -> market.perp("BTC", Long.toString(59_000 + random.nextInt(2_000)));
        }
    }

    private void trade() {
        Trader solver = any();
        Deal deal = Deal.bid().by(solver);
        if (solver == Trader.SOLVER && random.nextBoolean()) {
            deal.signedBy(Trader.SESSION);
        }
        int fills = 1 + random.nextInt(3);
        List<Open> left = new ArrayList<>();
        for (int i = 0; i < fills; i++) {
            if (!open.isEmpty() && random.nextInt(3) == 0) {
                left.add(fillMore(deal, open.remove(random.nextInt(open.size()))));
            } else {
                left.add(fillNew(deal, solver));
            }
        }
        if (random.nextInt(3) == 0) {
            deal.pays(Integer.toString(random.nextInt(3)));
        }
        StepResult result = market.send(deal);
        count(result, deal);
        if (result instanceof StepResult.Applied) {
            left.removeIf(one -> one.partsLeft() == 0);
            open.addAll(left);
        }
    }

    private Open fillMore(Deal deal, Open one) {
        long k = 1 + random.nextLong(one.partsLeft());
        fill(deal, one.offer(), k, one.partsOf());
        return new Open(one.offer(), one.partsLeft() - k, one.partsOf());
    }

    private Open fillNew(Deal deal, Trader solver) {
        Trader owner = any();
        if (owner == solver && random.nextInt(10) > 0) {
            owner = TRADERS.get((TRADERS.indexOf(owner) + 1) % TRADERS.size());
        }
        long parts = random.nextBoolean() ? 1 : 1 + random.nextInt(6);
        Offer offer = Offer.intent().by(owner).parts(parts).maxFee("2").nonce(nonce(owner));
        if (random.nextInt(6) == 0) {
            offer.validUntil(market.now() + random.nextInt(20) - 2);
        }
        long fair = 0;
        for (int legs = 1 + random.nextInt(2); legs > 0; legs--) {
            AssetId asset = any(TRADED);
            long quantity = parts * (1 + random.nextInt(50)) * 1_000_000L;
            boolean gets = random.nextBoolean();
            String amount = Fixed8.format(quantity) + " " + name(asset);
            offer = gets ? offer.gets(amount) : offer.gives(amount);
            long worth = Fixed8.multiplyFloor(quantity, mark(asset));
            fair += gets ? -worth : worth;
        }
        offer.cash(fair - Fixed8.ONE * random.nextInt(10));
        long k = 1 + random.nextLong(parts);
        fill(deal, offer, k, parts);
        return new Open(offer, parts - k, parts);
    }

    private void fill(Deal deal, Offer offer, long k, long parts) {
        long least = Fixed8.mulDivCeil(offer.build().cash(), k, parts);
        deal.fillsUnits(
                offer,
                k,
                least + random.nextInt(3) * 1_000_000L - (random.nextInt(20) == 0 ? 1 : 0),
                random.nextInt(40_000_000));
    }

    private String name(AssetId asset) {
        return market.ledger().listings().nameOf(asset).orElseThrow();
    }

    private long mark(AssetId asset) {
        return asset.kind() == AssetKind.CASH
                ? Fixed8.ONE
                : market.content().mark(asset).orElseThrow();
    }

    private long nonce(Trader trader) {
        NonceLanes lanes = market.of(trader).nonces();
        int lane = random.nextInt(NonceLanes.LANES);
        return random.nextInt(15) == 0
                ? NonceLanes.nonce(lane, lanes.base(lane) + random.nextInt(70))
                : lanes.next(lane);
    }

    private long amount() {
        return random.nextLong(Fixed8.ONE * 100);
    }

    private Trader any() {
        return TRADERS.get(random.nextInt(TRADERS.size()));
    }

    private AssetId any(List<String> names) {
        return Market.asset(names.get(random.nextInt(names.size())));
    }
}
