package io.parley.clearing;

/**
 * What is wrong with a batch that was posted, and what shows it to the contract of disputes.
 *
 * @param kind what is wrong
 * @param step the step that is wrong, 0 where it is not about a step
 * @param evidence as the contract's challenge takes it; empty where the posted bytes alone show it
 * @param detail what was compared, readable
 */
public record Fraud(Kind kind, int step, byte[] evidence, String detail) {

    /** In the order of the contract's enum. */
    public enum Kind {
        /** A step leads to another root, or is none. */
        STEP,
        /** The tree of steps is over other bytes than the data. */
        TREE,
        /** The data do not decode. */
        UNDECODABLE,
        /** Last root, queue or flags are not those of the header. */
        HEADER
    }

    static final byte[] NONE = {};
}
