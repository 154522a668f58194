package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.Fraud.Kind;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.Keccak256;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator could post instead of the batch, and that it is found. */
class BatchAuditTest {
    private Market market;
    private BatchRecord batch;
    /** Before each entry of the vault's queue, and after the last. */
    private final List<Bytes32> queueHashes = new ArrayList<>(List.of(Bytes32.ZERO));

    @BeforeEach
    void oneOfEach() {
        market = BatchTest.oneOfEach();
        batch = market.settle().getLast();
        for (var entry : market.log()) {
            byte[] command = entry.command();
            if (QueueCommand.isKind(command[1])) {
                queueHashes.add(Keccak256.hash(queueHashes.getLast(), Keccak256.hash(command)));
            }
        }
        assertThat(queueHashes.getLast()).isEqualTo(market.ledger().global().queueHash());
    }

    /** The state right before the batch, folded anew. */
    private Ledger before() {
        var log = market.log().stream()
                .filter(entry -> entry.offset() < batch.firstOffset())
                .iterator();
        return Replay.fromGenesis(Market.DOMAIN).fold(log).ledger();
    }

    private Optional<Fraud> audit(BatchHeader header, byte[] data) {
        return BatchAudit.find(before(), header, data, directory());
    }

    /** A vault that gave numbers to nobody but those that are in the state. */
    private BatchAudit.Directory directory() {
        return new BatchAudit.Directory() {
            @Override
            public Bytes32 queueHashAt(long index) {
                return index < queueHashes.size() ? queueHashes.get((int) index) : Bytes32.ZERO;
            }

            @Override
            public int accountIndex(Address owner, long account) {
                return market.ledger().index(owner, account).orElse(0);
            }

            @Override
            public Optional<Integer> keyIndex(Address owner, long account, Address key) {
                return Optional.empty();
            }

            @Override
            public Optional<Integer> listingIndex(AssetId asset) {
                return Optional.empty();
            }
        };
    }

    /** The header that fits the data, as an operator would make it who knows what is compared. */
    private BatchHeader sealed(byte[] data) {
        var header = batch.header();
        var stepsRoot = header.stepsRoot();
        var root = header.root();
        boolean verifiedOnly = header.verifiedOnly();
        try {
            var read = BatchData.decode(data);
            stepsRoot = read.stepsRoot();
            root = read.roots().getLast();
            verifiedOnly = read.verifiedOnly();
        } catch (Undecodable e) {
            // Then the old ones must do.
        }
        return new BatchHeader(
                header.sequence(),
                header.parentRoot(),
                root,
                stepsRoot,
                Keccak256.hash(data),
                header.steps(),
                header.queueFrom(),
                header.queueTo(),
                verifiedOnly);
    }

    @Test
    void theHonestBatch_isRight() {
        assertThat(audit(batch.header(), batch.data().bytes())).isEmpty();
    }

    /** Behind the count of steps, which the vault compares when a batch is posted. */
    @Test
    void everyByteOfTheData_isSeenToBeWrong_butForTheTranscript() {
        byte[] data = batch.data().bytes();
        List<Integer> free = new ArrayList<>();
        Map<Kind, Integer> found = new EnumMap<>(Kind.class);
        int tried = 0;
        for (int at = 4; at < data.length; at++) {
            for (int bit : new int[] {at % 8}) {
                byte[] wrong = data.clone();
                wrong[at] ^= (byte) (1 << bit);
                tried++;
                var fraud = audit(sealed(wrong), wrong);
                if (fraud.isPresent()) {
                    found.merge(fraud.get().kind(), 1, Integer::sum);
                } else {
                    free.add(at);
                }
            }
        }
        assertThat(tried).isGreaterThan(1_000);
        assertThat(found).containsOnlyKeys(Kind.STEP, Kind.UNDECODABLE);
        // What the auction's transcript says is not the ledger's to judge.
        assertThat(free)
                .allSatisfy(at ->
                        assertThat(isTranscript(data, at)).as("byte %d", at).isTrue());
    }

    private static boolean isTranscript(byte[] data, int at) {
        var records = BatchData.decode(data).records();
        int from = BatchData.tableSize(records.size());
        for (byte[] record : records) {
            if (record[1] == TradeCommand.KIND && at >= from + 10 && at < from + 42) {
                return true;
            }
            from += record.length;
        }
        return false;
    }

    @Test
    void everyClaimOfTheHeader_isCompared() {
        var header = batch.header();
        byte[] data = batch.data().bytes();
        var other = Keccak256.hash(new byte[] {1});

        assertThat(audit(with(header, other, header.stepsRoot(), header.queueTo()), data))
                .hasValueSatisfying(fraud -> assertThat(fraud.kind()).isEqualTo(Kind.HEADER));
        assertThat(audit(with(header, header.root(), other, header.queueTo()), data))
                .hasValueSatisfying(fraud -> assertThat(fraud.kind()).isEqualTo(Kind.TREE));
        assertThat(audit(with(header, header.root(), header.stepsRoot(), header.queueTo() + 1), data))
                .hasValueSatisfying(fraud -> {
                    assertThat(fraud.kind()).isEqualTo(Kind.HEADER);
                    assertThat(fraud.evidence()).hasSize(32 + GlobalRecord.LENGTH);
                });
    }

    private static BatchHeader with(BatchHeader header, Bytes32 root, Bytes32 stepsRoot, long queueTo) {
        return new BatchHeader(
                header.sequence(),
                header.parentRoot(),
                root,
                stepsRoot,
                header.dataHash(),
                header.steps(),
                header.queueFrom(),
                queueTo,
                header.verifiedOnly());
    }

    @Test
    void anEntryThatTheVaultDoesNotHave_isSeen_inItsPlace() {
        int last = queueHashes.size() - 1;
        queueHashes.set(last, Keccak256.hash(new byte[] {2}));
        var records = BatchData.decode(batch.data().bytes()).records();
        assertThat(audit(batch.header(), batch.data().bytes())).hasValueSatisfying(fraud -> {
            assertThat(fraud.kind()).isEqualTo(Kind.UNDECODABLE);
            assertThat(records.get(fraud.step())[1]).isEqualTo((byte) ForcedCancel.KIND);
        });
        queueHashes.remove(last);
        assertThat(audit(batch.header(), batch.data().bytes()))
                .hasValueSatisfying(fraud -> assertThat(fraud.kind()).isEqualTo(Kind.UNDECODABLE));
    }

    /** Even one that no ledger can decode, or with a leaf that is nobody's: nothing has to be shown of what it names. */
    @Test
    void everyByteOfAQueuedRecord_isSeenWithoutEvidence() {
        byte[] data = batch.data().bytes();
        var records = BatchData.decode(data).records();
        var kinds = new TreeSet<Integer>();
        int at = BatchData.tableSize(records.size());
        for (int step = 0; step < records.size(); step++) {
            byte[] record = records.get(step);
            for (int i = 2; QueueCommand.isKind(record[1]) && i < record.length; i++) {
                byte[] wrong = data.clone();
                wrong[at + i] ^= (byte) (1 << i % 8);
                int forged = step;
                assertThat(audit(sealed(wrong), wrong)).hasValueSatisfying(fraud -> {
                    assertThat(fraud.kind()).isEqualTo(Kind.UNDECODABLE);
                    assertThat(fraud.step()).isEqualTo(forged);
                    assertThat(fraud.evidence()).isEmpty();
                });
                kinds.add((int) record[1]);
            }
            at += record.length;
        }
        assertThat(kinds).contains(1, 5, 6, 7, 8);
    }

    @Test
    void aWrongRoot_isShownByTheWitnessOfItsStep() {
        var read = BatchData.decode(batch.data().bytes());
        for (int step = 0; step < read.records().size(); step++) {
            var roots = new ArrayList<>(read.roots());
            roots.set(step, Keccak256.hash(new byte[] {3}));
            byte[] wrong = new BatchData(read.records(), roots).encode();
            var fraud = audit(sealed(wrong), wrong).orElseThrow();
            assertThat(fraud.kind()).isEqualTo(Kind.STEP);
            assertThat(fraud.step()).isEqualTo(step);
            var witness = new BatchVerifier(Market.DOMAIN).witness(batch, step, step + 1);
            assertThat(fraud.evidence())
                    .isEqualTo(new WireWriter()
                            .u8(0)
                            .u32(witness.length)
                            .raw(witness)
                            .toBytes());
        }
    }
}
