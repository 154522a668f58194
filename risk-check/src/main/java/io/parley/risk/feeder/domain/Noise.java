package io.parley.risk.feeder.domain;

/**
 * A random path that can be asked for any time without walking there: octaves of smoothed lattice noise. The same
 * seed gives the same path on every machine.
 */
final class Noise {

    /** From days down to seconds; each octave swings as far as a path of constant volatility would. */
    private static final long[] PERIODS = {2_592_000, 604_800, 172_800, 43_200, 10_800, 2_700, 600, 120, 24, 4};

    private static final double YEAR = 365 * 86_400.0;

    private final long seed;

    Noise(long seed) {
        this.seed = seed;
    }

    /**
     * How far a path of this annual volatility is from its centre, as a logarithm: bounded, and zero on average.
     *
     * @param time unix seconds
     */
    double path(long time, double annualVol) {
        double sum = 0;
        for (int octave = 0; octave < PERIODS.length; octave++) {
            long period = PERIODS[octave];
            sum += annualVol * StrictMath.sqrt(period / YEAR) * at(octave, time, period);
        }
        return sum;
    }

    /** One smooth swing of the given period, within -1 and 1. */
    double swing(int channel, long time, long period) {
        return at(1_000 + channel, time, period);
    }

    private double at(int octave, long time, long period) {
        long cell = Math.floorDiv(time, period);
        double x = (double) Math.floorMod(time, period) / period;
        double smooth = x * x * (3 - 2 * x);
        double from = lattice(octave, cell);
        return from + (lattice(octave, cell + 1) - from) * smooth;
    }

    /** Uniform within -1 and 1 (SplitMix64 of the coordinates). */
    private double lattice(int octave, long cell) {
        long z = seed + octave * 0x9e3779b97f4a7c15L + cell * 0xd1342543de82ef95L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        z ^= z >>> 31;
        return (z >> 10) * 0x1p-53;
    }
}
