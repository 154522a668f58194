package io.parley.protocol;

/** Thrown for bytes that are no record (code 101). It carries where and what, for the refusal and the dead letter. */
public final class Undecodable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String what;

    /**
     * @param offset where in the bytes reading stopped
     * @param what what was being read and the rule it broke
     */
    public Undecodable(int offset, String what) {
        super("The record cannot be decoded at byte %d: %s.".formatted(offset, what));
        this.offset = offset;
        this.what = what;
    }

    /** {@return always {@link Reason#UNDECODABLE}} */
    public Reason reason() {
        return Reason.UNDECODABLE;
    }

    /** {@return where in the bytes reading stopped} */
    public int offset() {
        return offset;
    }

    /** {@return what was being read and the rule it broke} */
    public String what() {
        return what;
    }
}
