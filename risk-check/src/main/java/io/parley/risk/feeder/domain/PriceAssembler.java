package io.parley.risk.feeder.domain;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.wire.PriceRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Gathers signatures under proposals until one has a quorum, which makes it a command. For one thread. */
public final class PriceAssembler {

    private record Pending(PriceRecord.Proposed proposed, SortedMap<Address, Signature> signatures) {}

    private final Domain domain;
    private final Map<Bytes32, Pending> pending = new HashMap<>();
    private long assembled;

    public PriceAssembler(Domain domain) {
        this.domain = domain;
    }

    /**
     * Takes the next record of {@code prices}.
     *
     * @return the command, once, with the signature that completes the quorum
     */
    public Optional<PriceCommand> on(PriceRecord record, LedgerFacts facts) {
        assembled = Math.max(assembled, facts.sequence());
        pending.values().removeIf(p -> p.proposed.sequence() <= assembled);
        Bytes32 digest = switch (record) {
            case PriceRecord.Proposed proposed -> Eip712.digest(domain, proposed.price());
            case PriceRecord.CoSigned signed -> signed.digest();
        };
        if (record instanceof PriceRecord.Proposed proposed && proposed.sequence() > assembled) {
            pending.putIfAbsent(digest, new Pending(proposed, new TreeMap<>()));
        }
        Pending price = pending.get(digest);
        FeederSet feeders = facts.feeders().orElse(null);
        if (price == null || feeders == null || !isSignedByFeeder(record, digest, feeders)) {
            return Optional.empty();
        }
        price.signatures.put(record.feeder(), record.signature());
        if (price.signatures.size() < feeders.threshold()) {
            return Optional.empty();
        }
        assembled = price.proposed.sequence();
        return Optional.of(new PriceCommand(
                price.proposed.time(),
                price.proposed.sequence(),
                price.proposed.marksRoot(),
                List.copyOf(price.signatures.values()),
                price.proposed.content()));
    }

    private static boolean isSignedByFeeder(PriceRecord record, Bytes32 digest, FeederSet feeders) {
        return feeders.feeders().contains(record.feeder())
                && Signatures.recover(digest, record.signature()).equals(Optional.of(record.feeder()));
    }
}
