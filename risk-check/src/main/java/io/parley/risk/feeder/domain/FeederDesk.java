package io.parley.risk.feeder.domain;

import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.PriceRecord;
import java.util.List;
import java.util.Optional;

/**
 * The feeders of one process and their price assembler. They meet at {@code prices} like feeders of different owners: a feeder sees
 * another's proposal only as a record of the topic. For one thread.
 */
public final class FeederDesk {

    /** Where the desk's records go. */
    public interface Outbox {
        void price(PriceRecord record);

        void command(PriceCommand price);

        /** A feeder here does not sign a proposal. */
        void declined(Address feeder, PriceRecord.Proposed proposed, String why);
    }

    private final List<Feeder> feeders;
    private final PriceAssembler assembler;
    private final Outbox outbox;
    private final long patience;
    private final LedgerFacts facts = new LedgerFacts();

    /** The sequence that is waited for, since when, and the last attempt at it that was led from here. */
    private long awaited = -1;

    private long awaitedSince;
    private long ledAttempt;

    /** @param patience milliseconds after which a silent leader is passed over */
    public FeederDesk(Domain domain, List<Feeder> feeders, long patience, Outbox outbox) {
        this.feeders = List.copyOf(feeders);
        this.assembler = new PriceAssembler(domain);
        this.outbox = outbox;
        this.patience = patience;
    }

    public void on(ClearedRecord cleared) {
        facts.on(cleared);
    }

    /**
     * Looks at a record of {@code prices}.
     *
     * @param nowMillis unix milliseconds
     */
    public void on(PriceRecord record, long nowMillis) {
        if (record instanceof PriceRecord.Proposed proposed) {
            for (Feeder feeder : feeders) {
                if (!feeder.address().equals(proposed.feeder())) {
                    switch (feeder.answer(proposed, facts, nowMillis / 1_000)) {
                        case Feeder.Answer.Signed signed -> outbox.price(signed.signature());
                        case Feeder.Answer.Declined no -> outbox.declined(feeder.address(), proposed, no.why());
                        case Feeder.Answer.Outdated old -> {}
                    }
                }
            }
        }
        assembler.on(record, facts).ifPresent(outbox::command);
    }

    /**
     * Time for a price: the feeder whose turn it is proposes, if it is one of these.
     *
     * @param nowMillis unix milliseconds
     */
    public void tick(long nowMillis) {
        if (!facts.isReady()) {
            return;
        }
        if (awaited != facts.sequence() + 1) {
            awaited = facts.sequence() + 1;
            awaitedSince = nowMillis;
            ledAttempt = -1;
        }
        long attempt = (nowMillis - awaitedSince) / patience;
        if (attempt == ledAttempt) {
            return;
        }
        Optional<Address> leader = facts.leader(attempt);
        for (Feeder feeder : feeders) {
            if (leader.equals(Optional.of(feeder.address()))) {
                ledAttempt = attempt;
                outbox.price(feeder.propose(facts, nowMillis / 1_000));
            }
        }
    }

    public LedgerFacts facts() {
        return facts;
    }
}
