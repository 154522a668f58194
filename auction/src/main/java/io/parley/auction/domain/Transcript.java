package io.parley.auction.domain;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Commitment;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Merkle;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.AuctionRecord.Award;
import io.parley.protocol.wire.ScreeningRecord.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What a selection saw and chose, as leaves of one tree (docs/auction.md): a header with the counts, then intents,
 * commitments, reveals, verdicts and winners, each in the order given there.
 */
final class Transcript {

    private static final int HEADER = 0;
    private static final int INTENT = 1;
    private static final int COMMITMENT = 2;
    private static final int REVEAL = 3;
    private static final int VERDICT = 4;
    private static final int WINNER = 5;

    private final List<Bytes32> intents = new ArrayList<>();
    private final List<Bytes32> commitments = new ArrayList<>();
    private final List<Bytes32> reveals = new ArrayList<>();
    private final List<Bytes32> verdicts = new ArrayList<>();
    private final List<Bytes32> winners = new ArrayList<>();

    void intent(Bytes32 id, long partsLeft) {
        intents.add(leaf(new WireWriter(37).u8(INTENT).b32(id).u32(partsLeft)));
    }

    void commitment(long offset, Commitment commitment) {
        commitments.add(leaf(new WireWriter(73)
                .u8(COMMITMENT)
                .u63(offset)
                .b32(commitment.bid())
                .address(commitment.solver())
                .u32(commitment.account())
                .u63(commitment.cap())));
    }

    void reveal(long offset, Bytes32 bid) {
        reveals.add(leaf(new WireWriter(41).u8(REVEAL).u63(offset).b32(bid)));
    }

    void verdict(Verdict verdict) {
        verdicts.add(leaf(new WireWriter(43)
                .u8(VERDICT)
                .b32(verdict.bid())
                .u16(verdict.code())
                .i64(verdict.score())));
    }

    void winner(Award award) {
        winners.add(leaf(new WireWriter(41).u8(WINNER).b32(award.bid()).i64(award.score())));
    }

    Bytes32 root(long auction, Bytes32 seedCommitment) {
        List<Bytes32> leaves = new ArrayList<>();
        leaves.add(leaf(new WireWriter(61)
                .u8(HEADER)
                .u63(auction)
                .b32(seedCommitment)
                .u32(intents.size())
                .u32(commitments.size())
                .u32(reveals.size())
                .u32(verdicts.size())
                .u32(winners.size())));
        leaves.addAll(intents);
        leaves.addAll(commitments);
        leaves.addAll(reveals);
        leaves.addAll(verdicts);
        leaves.addAll(winners);
        int depth = Integer.SIZE - Integer.numberOfLeadingZeros(leaves.size() - 1);
        return Merkle.root(leaves, depth);
    }

    private static Bytes32 leaf(WireWriter content) {
        return Keccak256.hash(content.toBytes());
    }
}
