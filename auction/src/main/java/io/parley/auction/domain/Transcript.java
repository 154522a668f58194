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
import org.jspecify.annotations.Nullable;

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
        commitments.add(commitmentLeaf(offset, commitment));
    }

    static Bytes32 commitmentLeaf(long offset, Commitment commitment) {
        return leaf(new WireWriter(73)
                .u8(COMMITMENT)
                .u63(offset)
                .b32(commitment.bid())
                .address(commitment.solver())
                .u32(commitment.account())
                .u63(commitment.cap()));
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
        List<Bytes32> leaves = leaves(auction, seedCommitment);
        return Merkle.root(leaves, depth(leaves));
    }

    /** That a commitment was counted: its leaf, and what leads from it to the root. Null if it was not. */
    @Nullable
    Inclusion inclusion(long auction, Bytes32 seedCommitment, Bytes32 commitmentLeaf) {
        List<Bytes32> leaves = leaves(auction, seedCommitment);
        int index = leaves.indexOf(commitmentLeaf);
        return index < 0
                ? null
                : new Inclusion(commitmentLeaf, index, siblings(leaves, index), Merkle.root(leaves, depth(leaves)));
    }

    private static List<Bytes32> siblings(List<Bytes32> leaves, int index) {
        List<Bytes32> siblings = new ArrayList<>();
        for (int level = 0; level < depth(leaves); level++) {
            int sibling = (index >> level) ^ 1;
            int from = Math.min(sibling << level, leaves.size());
            int to = Math.min((sibling + 1) << level, leaves.size());
            siblings.add(Merkle.root(leaves.subList(from, to), level));
        }
        return siblings;
    }

    private static int depth(List<Bytes32> leaves) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(leaves.size() - 1);
    }

    private List<Bytes32> leaves(long auction, Bytes32 seedCommitment) {
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
        return leaves;
    }

    private static Bytes32 leaf(WireWriter content) {
        return Keccak256.hash(content.toBytes());
    }
}
