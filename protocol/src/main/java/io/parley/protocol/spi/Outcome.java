package io.parley.protocol.spi;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;

/** What became of a proposal. */
public sealed interface Outcome {

    /** {@return the auction it was made for} */
    long auction();

    /** {@return the digest of the bid that was made of it} */
    Bytes32 bid();

    /** {@return the proposal} */
    Proposal proposal();

    /**
     * It won and was cleared: the positions have changed.
     *
     * @param auction the auction
     * @param bid the digest of the bid
     * @param proposal the proposal
     */
    record Won(long auction, Bytes32 bid, Proposal proposal) implements Outcome {}

    /**
     * It was in order and did not win.
     *
     * @param auction the auction
     * @param bid the digest of the bid
     * @param proposal the proposal
     * @param reason why, as {@link Reason#OUTBID} or {@link Reason#LATE}
     * @param detail the values compared, readable
     */
    record Lost(long auction, Bytes32 bid, Proposal proposal, Reason reason, String detail) implements Outcome {}

    /**
     * It was refused: when its cap was to be held, when it was screened, or when it was to be cleared.
     *
     * @param auction the auction
     * @param bid the digest of the bid
     * @param proposal the proposal
     * @param reason why
     * @param detail the values compared, readable
     */
    record Refused(long auction, Bytes32 bid, Proposal proposal, Reason reason, String detail) implements Outcome {}
}
