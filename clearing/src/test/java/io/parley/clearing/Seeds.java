package io.parley.clearing;

/** Seeds of property tests: another one each run, printed so that a failure can be repeated. */
final class Seeds {
    private Seeds() {}

    /** A new seed, or the one given by {@code -Dparley.seed=}. */
    static long next(String test) {
        Long given = Long.getLong("parley.seed");
        long seed = given == null ? System.nanoTime() : given;
        System.out.printf("%s: -Dparley.seed=%d%n", test, seed);
        return seed;
    }
}
