package io.parley.risk.infra.kafka;

import io.parley.protocol.Domain;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Folded;
import io.parley.risk.domain.Screening;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings auctions, commitments and bids to the screening, and its answers out. On the ledger's thread.
 *
 * <p>When this instance takes the ledger over, the newest records of those topics and of the answers are read first: what was
 * answered is not answered again, what was promised stays held, and what was not answered is answered now. After that
 * the channels go on; what they bring of the records that were read already is passed over by offset.
 */
final class ScreeningDesk implements ClearingLoop.Guest {

    /** Where answers and unreadable records go. */
    interface Outbox {
        void answer(ScreeningRecord answer);

        void deadLetter(ConsumerRecord<byte[], byte[]> record, Undecodable why);
    }

    private static final Logger LOG = Logger.getLogger(ScreeningDesk.class);

    /** Some seconds of auctions, at ten a second and a hundred bids each. */
    private static final long TAIL = 4_000;

    private static final List<Topic> SOURCES = List.of(Topic.AUCTIONS, Topic.COMMITMENTS, Topic.BIDS);

    private final Domain domain;
    private final KafkaClients clients;
    private final Outbox outbox;
    private final Map<Topic, Long> next = new EnumMap<>(Topic.class);
    private @Nullable Screening screening;

    ScreeningDesk(Domain domain, KafkaClients clients, Outbox outbox) {
        this.domain = domain;
        this.clients = clients;
        this.outbox = outbox;
    }

    @Override
    public void restored(ClearingHouse house) {
        Screening fresh = new Screening(domain);
        List<ScreeningRecord> answers = new ArrayList<>();
        clients.tail(Topic.SCREENED_BIDS, TAIL, record -> {
            try {
                answers.add(ScreeningRecord.decode(record.value()));
            } catch (Undecodable e) {
                LOG.warnf("Record %d of '%s' skipped: %s", record.offset(), record.topic(), e.getMessage());
            }
        });
        fresh.remember(answers);
        screening = fresh;
        for (Topic topic : SOURCES) {
            next.put(topic, 0L);
            next.put(topic, clients.tail(topic, TAIL, record -> take(topic, record, house)));
        }
        fresh.recovered();
    }

    @Override
    public void folded(Folded folded) {
        Screening here = screening;
        if (here != null) {
            folded.cleared().ifPresent(here::on);
        }
    }

    /** Takes records that a channel brought. */
    void take(Topic topic, Iterable<ConsumerRecord<byte[], byte[]>> records, ClearingHouse house) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            take(topic, record, house);
        }
    }

    private void take(Topic topic, ConsumerRecord<byte[], byte[]> record, ClearingHouse house) {
        Screening here = screening;
        if (here == null || record.offset() < next.getOrDefault(topic, 0L)) {
            return;
        }
        next.put(topic, record.offset() + 1);
        Consumer<ScreeningRecord> out = outbox::answer;
        try {
            if (record.value() == null) {
                throw new Undecodable(0, "the record has no value");
            }
            switch (topic) {
                case AUCTIONS ->
                    here.on(AuctionRecord.decode(record.value()), house).forEach(out);
                case COMMITMENTS ->
                    here.on(CommitmentRecord.decode(record.value()), record.offset(), house)
                            .forEach(out);
                case BIDS ->
                    here.on(BidRecord.decode(record.value()), record.offset(), house)
                            .forEach(out);
                default -> throw new IllegalArgumentException("Nothing is screened on " + topic);
            }
        } catch (Undecodable e) {
            outbox.deadLetter(record, e);
        }
    }
}
