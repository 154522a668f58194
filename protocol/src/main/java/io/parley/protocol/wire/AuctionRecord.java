package io.parley.protocol.wire;

import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.List;

/** A record of {@link Topic#AUCTIONS}. */
public sealed interface AuctionRecord {

    /** {@return the auction it is about} */
    long auction();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * An auction opened.
     *
     * @param auction its number, ascending
     * @param openedAt unix milliseconds
     * @param commitUntil unix milliseconds at which the commit phase is to end
     * @param revealUntil unix milliseconds at which the reveal phase is to end
     * @param commandsOffset screening sees the state after this offset of {@code commands}
     * @param seedCommitment {@code H(seed)}
     * @param feePerFill the least fee of a fill in cash units of 1e-8, as far as the intent allows it
     * @param intents the open intents
     */
    record Opened(
            long auction,
            long openedAt,
            long commitUntil,
            long revealUntil,
            long commandsOffset,
            Bytes32 seedCommitment,
            long feePerFill,
            List<OpenIntent> intents)
            implements AuctionRecord {
        static final int KIND = 1;

        /** Copies the list. */
        public Opened {
            intents = List.copyOf(intents);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(1024)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .u63(openedAt)
                    .u63(commitUntil)
                    .u63(revealUntil)
                    .u63(commandsOffset)
                    .b32(seedCommitment)
                    .u63(feePerFill)
                    .list(intents, (open, out) -> {
                        byte[] intent = open.intent().encode();
                        out.u32(open.partsLeft()).u32(intent.length).raw(intent);
                    })
                    .toBytes();
        }
    }

    /**
     * An intent in an auction.
     *
     * @param partsLeft how many of its parts are not filled yet, 0 to 2^32 - 1
     * @param intent the intent
     */
    record OpenIntent(long partsLeft, SignedIntent intent) {}

    /**
     * An auction closed.
     *
     * @param auction its number
     * @param seed what {@code seedCommitment} was the hash of
     * @param transcript the hash of what the selection saw
     * @param commitmentsOffset the offset of the marker in {@code commitments}
     * @param bidsOffset the offset of the marker in {@code bids}
     * @param awards the bids that won
     * @param unfilled the intents that no winning bid fills, with the reason
     * @param selector which selection found the awards
     * @param value the sum of their scores, in cash units of 1e-8
     * @param bound an upper bound of any selection's value, in cash units of 1e-8
     */
    record Closed(
            long auction,
            Bytes32 seed,
            Bytes32 transcript,
            long commitmentsOffset,
            long bidsOffset,
            List<Award> awards,
            List<Unfilled> unfilled,
            String selector,
            long value,
            long bound)
            implements AuctionRecord {
        static final int KIND = 2;

        /** Copies the lists. */
        public Closed {
            awards = List.copyOf(awards);
            unfilled = List.copyOf(unfilled);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(512)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .b32(seed)
                    .b32(transcript)
                    .u63(commitmentsOffset)
                    .u63(bidsOffset)
                    .list(
                            awards,
                            (award, out) -> out.b32(award.bid())
                                    .address(award.solver())
                                    .u32(award.account())
                                    .i64(award.score())
                                    .u63(award.paysToProtocol()))
                    .list(
                            unfilled,
                            (intent, out) ->
                                    out.b32(intent.intent()).u16(intent.code()).str(intent.detail()))
                    .str(selector)
                    .i64(value)
                    .i64(bound)
                    .toBytes();
        }
    }

    /**
     * A bid that won.
     *
     * @param bid the bid's digest
     * @param solver the address whose account it is
     * @param account the number of the solver's account, 0 to 2^32 - 1
     * @param score its score, in cash units of 1e-8
     * @param paysToProtocol what the solver pays to the protocol for it, in cash units of 1e-8
     */
    record Award(Bytes32 bid, Address solver, long account, long score, long paysToProtocol) {}

    /**
     * An intent that no winning bid fills.
     *
     * @param intent the intent's id
     * @param code the code of a {@link io.parley.protocol.Reason}
     * @param detail the values compared, readable
     */
    record Unfilled(Bytes32 intent, int code, String detail) {
        /** Shortens the detail to what the wire can carry. */
        public Unfilled {
            detail = Detail.fit(detail);
        }
    }

    /**
     * What the winners of an auction earn, published behind its {@link Closed}.
     *
     * @param auction its number
     * @param total the value of the selection, in cash units of 1e-8
     * @param terms what the searches and the rewards were bound by
     * @param rewards one for each solver that won, ascending by address
     * @param unfair the bids that were left out before the choice, ascending by id
     */
    record Rewarded(long auction, long total, Terms terms, List<Reward> rewards, List<Unfair> unfair)
            implements AuctionRecord {
        /** Without the terms but for the steps: read, and written no more. */
        static final int KIND_OF_STEPS = 3;

        static final int KIND = 4;

        /** Copies the lists. */
        public Rewarded {
            rewards = List.copyOf(rewards);
            unfair = List.copyOf(unfair);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(256)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .i64(total)
                    .u63(terms.exactSteps())
                    .u32(terms.searchMoves())
                    .u63(terms.rewardCap())
                    .u16(terms.rewardShareBps())
                    .list(
                            rewards,
                            (reward, out) -> out.address(reward.solver())
                                    .i64(reward.score())
                                    .u63(reward.fees())
                                    .i64(reward.reference())
                                    .u63(reward.reward()))
                    .list(
                            unfair,
                            (left, out) -> out.b32(left.bid())
                                    .b32(left.intent())
                                    .i64(left.gives())
                                    .i64(left.least())
                                    .b32(left.by()))
                    .toBytes();
        }
    }

    /**
     * What a replay needs to choose again as the auction chose.
     *
     * @param exactSteps the budget of each exact search
     * @param searchMoves the most moves of the search beside it; 0 in records that do not tell
     * @param rewardCap the most that one solver earns, in cash units of 1e-8
     * @param rewardShareBps how much of its fees a solver may earn, in basis points
     */
    record Terms(long exactSteps, long searchMoves, long rewardCap, int rewardShareBps) {

        /** {@return whether all of it was recorded} */
        public boolean areKnown() {
            return searchMoves > 0;
        }
    }

    /**
     * What a solver earns.
     *
     * @param solver its address
     * @param score of its winning bids together, in cash units of 1e-8
     * @param fees what its winning bids collect in fees, in cash units of 1e-8
     * @param reference no selection without the solver is worth more, in cash units of 1e-8
     * @param reward what it earns, in cash units of 1e-8
     */
    record Reward(Address solver, long score, long fees, long reference, long reward) {}

    /**
     * A bid over several intents that gave an owner less than a bid on that intent alone.
     *
     * @param bid the bid's digest
     * @param intent the owner's intent
     * @param gives the surplus that the bid leaves to the owner, in cash units of 1e-8
     * @param least the surplus that the other leaves, in cash units of 1e-8
     * @param by the other bid's digest
     */
    record Unfair(Bytes32 bid, Bytes32 intent, long gives, long least, Bytes32 by) {}

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    static AuctionRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("auction record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Opened.KIND ->
                    new Opened(
                            in.u63("auction"),
                            in.u63("openedAt"),
                            in.u63("commitUntil"),
                            in.u63("revealUntil"),
                            in.u63("commandsOffset"),
                            in.b32("seedCommitment"),
                            in.u63("feePerFill"),
                            in.list("intents", AuctionRecord::readOpenIntent));
                case Closed.KIND ->
                    new Closed(
                            in.u63("auction"),
                            in.b32("seed"),
                            in.b32("transcript"),
                            in.u63("commitmentsOffset"),
                            in.u63("bidsOffset"),
                            in.list("awards", AuctionRecord::readAward),
                            in.list("unfilled", AuctionRecord::readUnfilled),
                            in.str("selector"),
                            in.i64("value"),
                            in.i64("bound"));
                case Rewarded.KIND, Rewarded.KIND_OF_STEPS ->
                    new Rewarded(
                            in.u63("auction"),
                            in.i64("total"),
                            kind == Rewarded.KIND ? readTerms(in) : new Terms(in.u63("exactSteps"), 0, 0, 0),
                            in.list("rewards", AuctionRecord::readReward),
                            in.list("unfair", AuctionRecord::readUnfair));
                default -> throw new Undecodable(1, "auction record kind %d is not known".formatted(kind));
            };
        });
    }

    private static OpenIntent readOpenIntent(WireReader in) {
        long partsLeft = in.u32("partsLeft");
        Blob intent = in.blob("intentRecord");
        return new OpenIntent(partsLeft, WireReader.whole(intent, SignedIntent::readFrom));
    }

    private static Award readAward(WireReader in) {
        return new Award(
                in.b32("bid"), in.address("solver"), in.u32("account"), in.i64("score"), in.u63("paysToProtocol"));
    }

    private static Terms readTerms(WireReader in) {
        return new Terms(in.u63("exactSteps"), in.u32("searchMoves"), in.u63("rewardCap"), in.u16("rewardShareBps"));
    }

    private static Reward readReward(WireReader in) {
        return new Reward(in.address("solver"), in.i64("score"), in.u63("fees"), in.i64("reference"), in.u63("reward"));
    }

    private static Unfair readUnfair(WireReader in) {
        return new Unfair(in.b32("bid"), in.b32("intent"), in.i64("gives"), in.i64("least"), in.b32("by"));
    }

    private static Unfilled readUnfilled(WireReader in) {
        return new Unfilled(in.b32("intent"), in.u16("code"), in.str("detail"));
    }
}
