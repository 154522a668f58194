package io.parley.protocol.admission;

import io.parley.protocol.Address;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A token bucket per sender: so many at once, refilled at a steady rate. Of many senders, those that were not heard of for the
 * longest time are forgotten, which can only be to their advantage. Thread safe.
 */
public final class SenderLimits {

    private static final class Bucket {
        private long thousandths;
        private long filledAt;
    }

    private static final long TOKEN = 1000;

    private final long perSecond;
    private final long full;
    private final Map<Address, Bucket> buckets;

    /**
     * @param perSecond the steady rate, above zero
     * @param burst how many at once, above zero
     * @param senders how many senders are remembered, above zero
     */
    public SenderLimits(long perSecond, long burst, int senders) {
        if (perSecond <= 0 || burst <= 0 || senders <= 0) {
            throw new IllegalArgumentException(
                    "The rate (%d/s), burst (%d) and number of senders (%d) must be above zero."
                            .formatted(perSecond, burst, senders));
        }
        this.perSecond = perSecond;
        this.full = Math.multiplyExact(burst, TOKEN);
        this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Address, Bucket> eldest) {
                return size() > senders;
            }
        };
    }

    /**
     * Takes one token if there is one.
     *
     * @param sender who
     * @param now in milliseconds; a time before the last one counts as the last one
     * @return whether there was one
     */
    public synchronized boolean take(Address sender, long now) {
        Bucket bucket = buckets.get(sender);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.thousandths = full;
            bucket.filledAt = now;
            buckets.put(sender, bucket);
        }
        if (now > bucket.filledAt) {
            // A token a second is a thousandth of a token a millisecond.
            long passed = Math.min(now - bucket.filledAt, full);
            bucket.thousandths = Math.min(full, bucket.thousandths + passed * perSecond);
            bucket.filledAt = now;
        }
        if (bucket.thousandths < TOKEN) {
            return false;
        }
        bucket.thousandths -= TOKEN;
        return true;
    }
}
