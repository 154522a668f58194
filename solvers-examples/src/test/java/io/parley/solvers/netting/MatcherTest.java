package io.parley.solvers.netting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatcherTest {

    private static final long ONE = 100_000_000L;
    private static final int ETH = 0;
    private static final int BTC = 1;
    private static final int PERP = 2;
    private static final double[] PRICES = {3000, 60000, 3000};

    private final List<Offer> offers = new ArrayList<>();

    @Test
    void twoOppositeOffers_netAtTheSmallerSize_whenTheLargerTakesParts() {
        offer(10, 1, unit(ETH, 1), 3010); // buys up to 10 ETH in whole ones, pays 3010 each
        offer(1, 1, unit(ETH, -3), -8970); // sells 3 at once, wants 2990 each

        var match = find().getFirst();

        assertThat(match.fills()).extracting(Match.Part::parts).containsExactly(3, 1);
        assertThat(match.surplus()).isEqualTo(60 * ONE);
    }

    @Test
    void aRingOfThreeAssets_closes_whenNoTwoOffersDo() {
        offer(1, 1, unit(ETH, 20, BTC, -1), 20); // gives 1 BTC for 20 ETH and pays 20
        offer(1, 1, unit(BTC, 1, PERP, -20), 30);
        offer(1, 1, unit(PERP, 20, ETH, -20), -10);

        var match = find().getFirst();

        assertThat(match.fills()).hasSize(3);
        assertThat(match.surplus()).isEqualTo(40 * ONE);
    }

    @Test
    void aBasket_isMatchedAgainstItsComponents() {
        offer(1, 1, unit(ETH, 2, BTC, 1), 66_100);
        offer(4, 1, unit(ETH, -1), -2990);
        offer(1, 1, unit(BTC, -1), -60_000);

        var match = find().getFirst();

        assertThat(match.fills()).extracting(Match.Part::parts).containsExactly(1, 2, 1);
        assertThat(match.surplus()).isEqualTo(120 * ONE);
    }

    @Test
    void oneLargeOrder_isCoveredByManySmallOnes_bestPricesFirst() {
        offer(1, 1, unit(ETH, -5), -14_900); // 2980 each
        offer(1, 1, unit(ETH, 3), 9030);
        offer(1, 1, unit(ETH, 4), 12_000);
        offer(1, 1, unit(ETH, 2), 6010);

        var match = find().getFirst();

        assertThat(match.fills()).extracting(f -> f.offer().index).containsExactly(0, 1, 3);
        assertThat(match.surplus()).isEqualTo(140 * ONE);
    }

    @Test
    void noMatch_whenTheLimitsDoNotCross() {
        offer(1, 1, unit(ETH, 1), 2999);
        offer(1, 1, unit(ETH, -1), -3000);

        assertThat(find()).isEmpty();
    }

    @Test
    void noMatch_whenTheSmallestFillOfOneIsMoreThanTheOtherHas() {
        offer(10, 5, unit(ETH, 1), 3100);
        offer(1, 1, unit(ETH, -3), -8700);

        assertThat(find()).isEmpty();
    }

    @Test
    void bothSidesGetTheMarketsPrice_whenItLiesBetweenTheirLimits() {
        offer(1, 1, unit(ETH, 1), 3100);
        offer(1, 1, unit(ETH, -1), -2995);

        assertThat(UniformPrice.fills(find().getFirst(), PRICES, 0)).containsExactly(-3000 * ONE, 3000 * ONE);
    }

    @Test
    void theNearerLimitIsThePrice_whenTheMarketLiesOutside() {
        offer(1, 1, unit(ETH, 1), 3100);
        offer(1, 1, unit(ETH, -1), -3050);

        assertThat(UniformPrice.fills(find().getFirst(), PRICES, 0)).containsExactly(-3050 * ONE, 3050 * ONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20261120, 987654321})
    void everyMatch_netsToZero_keepsEveryLimit_andLeavesTheSolverItsEdge(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        int count = 20 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            int parts = random.nextBoolean() ? 1 : 1 + random.nextInt(12);
            var unit = new long[3];
            int legs = 1 + random.nextInt(3);
            for (int l = 0; l < legs; l++) {
                unit[random.nextInt(3)] = (random.nextInt(9) - 4) * (ONE / 4);
            }
            if (unit[0] == 0 && unit[1] == 0 && unit[2] == 0) {
                unit[0] = ONE;
            }
            double value = 0;
            for (int a = 0; a < 3; a++) {
                value += unit[a] * PRICES[a];
            }
            long cash = (long) (-value * parts + random.nextGaussian(0.2, 1) * -0.01 * Math.abs(value) * parts)
                    + random.nextInt(99);
            int most = 1 + random.nextInt(parts);
            int least = Math.min(most, 1 + random.nextInt(parts));
            offers.add(new Offer(i, unit, least, most, parts, cash));
        }

        var matches = find();

        assertThat(matches).isNotEmpty();
        for (var match : matches) {
            var net = new long[3];
            for (var fill : match.fills()) {
                assertThat(fill.parts()).isBetween(fill.offer().least, fill.offer().most);
                for (int a = 0; a < 3; a++) {
                    net[a] += fill.offer().unit[a] * fill.parts();
                }
            }
            assertThat(net).containsOnly(0);
            long edge = match.surplus() / 7;
            var cash = UniformPrice.fills(match, PRICES, edge);
            for (int i = 0; i < cash.length; i++) {
                assertThat(cash[i]).isGreaterThanOrEqualTo(match.fills().get(i).limit());
            }
            long solver =
                    -IntStream.range(0, cash.length).mapToLong(i -> cash[i]).sum();
            assertThat(solver).isBetween(edge, edge + cash.length);
        }
    }

    @Test
    void theSameOffers_giveTheSameMatches() {
        everyMatch_netsToZero_keepsEveryLimit_andLeavesTheSolverItsEdge(42);
        assertThat(find().stream().map(Match::surplus).toList())
                .isEqualTo(find().stream().map(Match::surplus).toList());
    }

    private List<Match> find() {
        return new Matcher(offers, PRICES, 5, 15, () -> false).find(200_000);
    }

    /** @param pays cash that the owner pays at most per part; below zero what it wants at least */
    private void offer(int parts, int least, long[] unit, long pays) {
        offers.add(new Offer(offers.size(), unit, least, parts, parts, -pays * parts * ONE));
    }

    private static long[] unit(int... assetAndQuantity) {
        var unit = new long[3];
        for (int i = 0; i < assetAndQuantity.length; i += 2) {
            unit[assetAndQuantity[i]] = assetAndQuantity[i + 1] * ONE;
        }
        return unit;
    }
}
