package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Auctions to choose winners in: by hand, or drawn from a seed. */
final class Instances {

    static final Bytes32 SEED = named("seed");

    private Instances() {}

    static Bytes32 named(String name) {
        return Keccak256.hash(name.getBytes(StandardCharsets.UTF_8));
    }

    /** A bid that reads like a ticket: {@code bid("a", "alice", 120, "i1", "i2")}. */
    static ScreenedBid bid(String name, String solver, long score, String... intents) {
        return new ScreenedBid(
                named("bid " + name),
                Address.of(named("solver " + solver).bytes(), 12),
                0,
                java.util.Arrays.stream(intents).map(Instances::named).toList(),
                List.of(),
                score);
    }

    static ScreenedBid scoring(ScreenedBid bid, long score) {
        return new ScreenedBid(bid.id(), bid.solver(), bid.account(), bid.intents(), bid.alternatives(), score);
    }

    /** Bids over 1 to 5 neighbouring intents, worth a little more together than apart. */
    static List<ScreenedBid> random(int bids, int intents, int solvers, long seed) {
        Random random = new Random(seed);
        long[] worth = random.longs(intents, 50, 150).toArray();
        List<ScreenedBid> result = new ArrayList<>();
        for (int i = 0; i < bids; i++) {
            int size = 1 + random.nextInt(Math.min(5, intents));
            int center = random.nextInt(intents);
            Set<Integer> wanted = new TreeSet<>();
            while (wanted.size() < size) {
                wanted.add(
                        random.nextInt(4) == 0
                                ? random.nextInt(intents)
                                : Math.floorMod(center + random.nextInt(8), intents));
            }
            long sum = wanted.stream().mapToLong(intent -> worth[intent]).sum();
            long score = sum * (700 + random.nextInt(600)) * (94 + 6L * size);
            result.add(bid(
                    seed + "/" + i,
                    "s" + random.nextInt(solvers),
                    score,
                    wanted.stream().map(intent -> "i" + intent).toArray(String[]::new)));
        }
        return result;
    }
}
