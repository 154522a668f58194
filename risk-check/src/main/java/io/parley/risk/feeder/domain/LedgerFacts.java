package io.parley.risk.feeder.domain;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.FeederSet;
import io.parley.protocol.ListAsset;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.SetParameters;
import io.parley.protocol.wire.ClearedRecord;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What feeders know of the ledger, from {@code cleared}: what to mark, who may sign, and what the last price was. */
public final class LedgerFacts {

    private final SortedSet<AssetId> listed = new TreeSet<>();
    private Bytes32 paramsHash = Bytes32.ZERO;
    private @Nullable FeederSet feeders;
    private long time;
    private long sequence;
    private @Nullable PriceContent content;

    /** Takes the next record. */
    public void on(ClearedRecord cleared) {
        switch (cleared) {
            case ClearedRecord.PriceTick tick -> {
                time = tick.time();
                sequence = tick.sequence();
                if (Command.decode(tick.command()) instanceof PriceCommand price) {
                    content = PriceContent.decode(price.content());
                }
            }
            case ClearedRecord.Applied applied -> {
                if (applied.commandKind() == ListAsset.KIND || applied.commandKind() == SetParameters.KIND) {
                    learn(Command.decode(applied.command()));
                }
            }
            case ClearedRecord.Refused refused -> {}
        }
    }

    private void learn(Command command) {
        if (command instanceof ListAsset listing && !listing.asset().isCash()) {
            listed.add(listing.asset());
        } else if (command instanceof SetParameters set && set.what() == SetParameters.MARGIN) {
            paramsHash = set.content().hash();
        } else if (command instanceof SetParameters set && set.what() == SetParameters.FEEDERS) {
            try {
                feeders = FeederSet.decode(set.content().bytes());
            } catch (io.parley.protocol.Undecodable e) {
                feeders = null;
            }
        }
    }

    /** Whether a price can be made: something is listed, and somebody may sign. */
    public boolean isReady() {
        return !listed.isEmpty() && feeders != null;
    }

    /** What has a mark, the cash apart, ascending. */
    public List<AssetId> listed() {
        return List.copyOf(listed);
    }

    /** Of the margin parameters in force. */
    public Bytes32 paramsHash() {
        return paramsHash;
    }

    public Optional<FeederSet> feeders() {
        return Optional.ofNullable(feeders);
    }

    /** Unix seconds of the last price; 0 before the first. */
    public long time() {
        return time;
    }

    /** What the last price said; empty before the first. */
    public Optional<PriceContent> content() {
        return Optional.ofNullable(content);
    }

    /** Sequence of the last price; 0 before the first. */
    public long sequence() {
        return sequence;
    }

    /**
     * Whose turn it is to propose the next price. Each sequence has another leader, and a leader that is silent is passed over.
     *
     * @param attempt how often the turn was passed on, from 0
     */
    public Optional<Address> leader(long attempt) {
        return feeders()
                .map(set -> set.feeders().get((int)
                        Math.floorMod(sequence + attempt, (long) set.feeders().size())));
    }
}
