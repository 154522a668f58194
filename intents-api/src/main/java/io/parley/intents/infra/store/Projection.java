package io.parley.intents.infra.store;

import static io.parley.intents.infra.store.Rows.hex;
import static io.parley.intents.infra.store.Rows.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.intents.domain.AccountLeaf;
import io.parley.intents.domain.Door;
import io.parley.intents.domain.KnownState;
import io.parley.intents.domain.LogRecord;
import io.parley.protocol.Address;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.IntentForm;
import io.parley.protocol.ListAsset;
import io.parley.protocol.NotListed;
import io.parley.protocol.OwnerCommand;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import io.parley.protocol.wire.Topic;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Says records in rows. A row depends on its record alone (and on what is listed, which is why listings are read first), so
 * that any order of topics and any repetition end in the same tables. What was read of the ledger is also told to the
 * door.
 */
final class Projection {

    private final Domain domain;
    private final KnownState known;
    private final Door door;
    // An intent that waits is shown by every auction.
    private final Recent stored = new Recent(100_000);

    Projection(Domain domain, KnownState known, Door door) {
        this.domain = domain;
        this.known = known;
        this.door = door;
    }

    /**
     * @param records of any topics, those of one partition in their order
     */
    Rows rows(List<LogRecord> records) {
        var rows = new Rows();
        records.stream()
                .sorted(Comparator.comparing(r -> !r.topic().equals(Topic.CLEARED.topicName())))
                .forEachOrdered(record -> {
                    add(record, rows);
                    rows.read(record);
                });
        return rows;
    }

    /** The rows are in the database. */
    void committed(Rows rows) {
        rows.named().forEach(stored::add);
    }

    /** The tables are empty again. */
    void forget() {
        stored.clear();
    }

    /** Adds a record that was parked, if it can be read now. */
    boolean unpark(LogRecord record, Rows rows) {
        try {
            translate(record, rows);
            return true;
        } catch (NotListed e) {
            return false;
        }
    }

    private void add(LogRecord record, Rows rows) {
        try {
            translate(record, rows);
        } catch (NotListed e) {
            rows.add(Table.PARKED)
                    .put("topic", record.topic())
                    .put("partition", record.partition())
                    .put("position", record.offset())
                    .put("at", record.at())
                    .put("record", HexFormat.of().formatHex(record.value()));
        } catch (Undecodable e) {
            rows.unreadable(record, Reason.UNDECODABLE.code(), text(String.valueOf(e.getMessage())));
        }
    }

    private void translate(LogRecord record, Rows rows) {
        var topic = Topic.of(record.topic())
                .orElseThrow(() ->
                        new IllegalArgumentException("The topic (%s) is not read here.".formatted(record.topic())));
        switch (topic) {
            case INTENTS -> intent(SignedIntent.decode(record.value()), record, rows);
            case AUCTIONS -> auction(AuctionRecord.decode(record.value()), record, rows);
            case COMMITMENTS -> commitment(CommitmentRecord.decode(record.value()), record, rows);
            case BIDS -> bid(BidRecord.decode(record.value()), record, rows);
            case SCREENED_BIDS -> screening(ScreeningRecord.decode(record.value()), record, rows);
            case CLEARED -> cleared(ClearedRecord.decode(record.value()), record, rows);
            case BATCHES -> batch(BatchRecord.decode(record.value()), record, rows);
            case DEAD_LETTERS -> deadLetter(DeadLetter.decode(record.value()), record, rows);
            case SETTLEMENTS -> settlement(SettlementRecord.decode(record.value()), record, rows);
            default -> throw new IllegalArgumentException("The topic (%s) is not read here.".formatted(record.topic()));
        }
    }

    /** What breaks the form, or was signed by nobody, is no intent and has no row: the auction says so in dead-letters. */
    private void intent(SignedIntent signed, LogRecord record, Rows rows) {
        var intent = signed.intent();
        var id = Eip712.digest(domain, intent, known.listings());
        if (IntentForm.check(intent, known.listings()).isPresent()) {
            return;
        }
        var signer = Signatures.recover(id, signed.signature());
        if (signer.isEmpty()) {
            return;
        }
        content(id, intent, rows);
        rows.post(id, signer.get(), record)
                .put("intent", id.hex())
                .put("signer", hex(signer.get()))
                .put("partition", record.partition())
                .put("position", record.offset())
                .put("at", record.at());
        if (signer.get().equals(intent.owner())) {
            door.posted(id);
        }
    }

    /** What the auction turns away it says there, with the record as it was. */
    private void deadLetter(DeadLetter letter, LogRecord record, Rows rows) {
        if (!letter.topic().equals(Topic.INTENTS.topicName())) {
            return;
        }
        SignedIntent signed;
        try {
            signed = SignedIntent.decode(letter.value().bytes());
        } catch (Undecodable e) {
            return;
        }
        var id = Eip712.digest(domain, signed.intent(), known.listings());
        var signer = Signatures.recover(id, signed.signature());
        if (signer.isPresent()) {
            content(id, signed.intent(), rows);
            rows.add(Table.REJECTIONS)
                    .put("intent", id.hex())
                    .put("signer", hex(signer.get()))
                    .put("code", letter.code())
                    .put("detail", text(letter.detail()))
                    .put("position", record.offset())
                    .put("at", record.at());
            door.shown(id);
        }
    }

    private void content(Bytes32 id, Intent intent, Rows rows) {
        if (stored.contains(id) || !rows.names(id)) {
            return;
        }
        var row = rows.add(Table.INTENTS)
                .put("id", id.hex())
                .put("owner", hex(intent.owner()))
                .put("account", intent.account())
                .put("cash", intent.cash())
                .put("max_fee", intent.maxFee())
                .put("parts", intent.parts())
                .put("min_parts", intent.minParts())
                .put("valid_from", intent.validFrom())
                .put("valid_until", intent.validUntil())
                .put("nonce_lane", intent.lane())
                .put("nonce_number", Nonces.number(intent.nonce()))
                .put("verified_only", intent.verifiedOnly());
        var legs = row.putArray("legs");
        for (var leg : intent.legs()) {
            legs.addObject().put("asset", leg.asset().id()).put("quantity", leg.quantity());
        }
        var conditions = intent.conditions();
        if (!conditions.isNone()) {
            row.putObject("conditions")
                    .put("watch", conditions.watch().id())
                    .put("when", conditions.when().word())
                    .put("price", conditions.price())
                    .put("trail", conditions.trail())
                    .put("every", conditions.every())
                    .put("reduceOnly", conditions.reduceOnly())
                    .put("onlyImprove", conditions.onlyImprove());
        }
    }

    private void auction(AuctionRecord auction, LogRecord record, Rows rows) {
        switch (auction) {
            case AuctionRecord.Opened opened -> opened(opened, record, rows);
            case AuctionRecord.Closed closed -> closed(closed, record, rows);
            case AuctionRecord.Rewarded rewarded -> {}
        }
    }

    private void opened(AuctionRecord.Opened opened, LogRecord record, Rows rows) {
        // All ids before the first row: a record is parked whole or not at all.
        var ids = opened.intents().stream()
                .map(open -> Eip712.digest(domain, open.intent().intent(), known.listings()))
                .toList();
        rows.add(Table.AUCTIONS)
                .put("auction", opened.auction())
                .put("opened_at", opened.openedAt())
                .put("commit_until", opened.commitUntil())
                .put("reveal_until", opened.revealUntil())
                .put("commands_offset", opened.commandsOffset())
                .put("seed_commitment", opened.seedCommitment().hex())
                .put("fee_per_fill", opened.feePerFill())
                .put("intents", ids.size())
                .put("at", record.at());
        for (int i = 0; i < ids.size(); i++) {
            var open = opened.intents().get(i);
            content(ids.get(i), open.intent().intent(), rows);
            rows.add(Table.AUCTION_INTENTS)
                    .put("auction", opened.auction())
                    .put("intent", ids.get(i).hex())
                    .put("parts_left", open.partsLeft())
                    .put("at", record.at());
            door.shown(ids.get(i));
        }
    }

    private void closed(AuctionRecord.Closed closed, LogRecord record, Rows rows) {
        rows.add(Table.AUCTION_CLOSES)
                .put("auction", closed.auction())
                .put("seed", closed.seed().hex())
                .put("transcript", closed.transcript().hex())
                .put("commitments_offset", closed.commitmentsOffset())
                .put("bids_offset", closed.bidsOffset())
                .put("awards", closed.awards().size())
                .put("unfilled", closed.unfilled().size())
                .put("selector", text(closed.selector()))
                .put("value", closed.value())
                .put("bound", closed.bound())
                .put("at", record.at());
        for (var award : closed.awards()) {
            rows.add(Table.AWARDS)
                    .put("auction", closed.auction())
                    .put("bid", award.bid().hex())
                    .put("solver", hex(award.solver()))
                    .put("account", award.account())
                    .put("score", award.score())
                    .put("pays", award.paysToProtocol())
                    .put("at", record.at());
        }
        for (var unfilled : closed.unfilled()) {
            rows.add(Table.UNFILLED)
                    .put("auction", closed.auction())
                    .put("intent", unfilled.intent().hex())
                    .put("code", unfilled.code())
                    .put("detail", text(unfilled.detail()))
                    .put("at", record.at());
            door.shown(unfilled.intent());
        }
    }

    private static void commitment(CommitmentRecord commitment, LogRecord record, Rows rows) {
        switch (commitment) {
            case CommitmentRecord.Committed signed -> {
                var committed = signed.commitment().commitment();
                rows.add(Table.COMMITMENTS)
                        .put("auction", committed.auction())
                        .put("bid", committed.bid().hex())
                        .put("solver", hex(committed.solver()))
                        .put("account", committed.account())
                        .put("cap", committed.cap())
                        .put("position", record.offset())
                        .put("at", record.at());
            }
            case CommitmentRecord.CommitClosed closed -> phaseEnd(closed.auction(), "commit", record, rows);
        }
    }

    private static void phaseEnd(long auction, String phase, LogRecord record, Rows rows) {
        rows.add(Table.PHASE_ENDS)
                .put("auction", auction)
                .put("phase", phase)
                .put("position", record.offset())
                .put("at", record.at());
    }

    private void bid(BidRecord bid, LogRecord record, Rows rows) {
        switch (bid) {
            case BidRecord.Revealed revealed -> {
                var signed = revealed.bid();
                var id = Eip712.digest(domain, signed.bid());
                content(id, signed.bid(), rows);
                rows.add(Table.REVEALS)
                        .put("bid", id.hex())
                        .put("auction", signed.bid().auction())
                        .put("position", record.offset())
                        .put("at", record.at());
            }
            case BidRecord.RevealClosed closed -> phaseEnd(closed.auction(), "reveal", record, rows);
        }
    }

    private static void content(Bytes32 id, Bid bid, Rows rows) {
        rows.add(Table.BIDS)
                .put("bid", id.hex())
                .put("auction", bid.auction())
                .put("solver", hex(bid.solver()))
                .put("account", bid.account())
                .put("pays", bid.pays())
                .put("path", bid.path().hex())
                .put("valid_until", bid.validUntil())
                .put("fills", bid.fills().size());
        for (int i = 0; i < bid.fills().size(); i++) {
            var fill = bid.fills().get(i);
            rows.add(Table.BID_FILLS)
                    .put("bid", id.hex())
                    .put("ordinal", i)
                    .put("intent", fill.intent().hex())
                    .put("parts", fill.parts())
                    .put("cash", fill.cash())
                    .put("fee", fill.fee());
        }
    }

    private void screening(ScreeningRecord screening, LogRecord record, Rows rows) {
        switch (screening) {
            case ScreeningRecord.Hold hold ->
                rows.add(Table.HOLDS)
                        .put("auction", hold.auction())
                        .put("bid", hold.bid().hex())
                        .put("solver", hex(hold.solver()))
                        .put("account", hold.account())
                        .put("cap", hold.cap())
                        .put("code", hold.code())
                        .put("detail", text(hold.detail()))
                        .put("commands_offset", hold.commandsOffset())
                        .put("commitments_offset", hold.commitmentsOffset())
                        .put("at", record.at());
            case ScreeningRecord.Verdict verdict -> {
                content(verdict.bid(), verdict.signedBid().bid(), rows);
                rows.add(Table.VERDICTS)
                        .put("auction", verdict.auction())
                        .put("bid", verdict.bid().hex())
                        .put("solver", hex(verdict.solver()))
                        .put("account", verdict.account())
                        .put("code", verdict.code())
                        .put("detail", text(verdict.detail()))
                        .put("score", verdict.score())
                        .put("margin_before", verdict.marginBefore())
                        .put("margin_after", verdict.marginAfter())
                        .put("commands_offset", verdict.commandsOffset())
                        .put("bids_offset", verdict.bidsOffset())
                        .put("position", record.offset())
                        .put("at", record.at());
            }
            case ScreeningRecord.ScreeningClosed closed -> phaseEnd(closed.auction(), "screening", record, rows);
        }
    }

    private void cleared(ClearedRecord cleared, LogRecord record, Rows rows) {
        switch (cleared) {
            case ClearedRecord.Applied applied -> applied(applied, record, rows);
            case ClearedRecord.Refused refused -> refused(refused, record, rows);
            case ClearedRecord.PriceTick tick -> tick(tick, record, rows);
        }
    }

    private void applied(ClearedRecord.Applied applied, LogRecord record, Rows rows) {
        var command = Command.decode(applied.command());
        // An account that a fee was meant for may not exist.
        var accounts = applied.accounts().stream()
                .filter(after -> after.leaf().size() > 0)
                .toList();
        var leaves =
                accounts.stream().map(after -> AccountLeaf.decode(after.leaf())).toList();
        long offset = applied.commandsOffset();
        var row = rows.add(Table.APPLIED)
                .put("commands_offset", offset)
                .put("command", applied.commandId().hex())
                .put("kind", applied.commandKind())
                .put("batch", applied.batch())
                .put("step", applied.step())
                .put("root", applied.root().hex())
                .put("time", applied.time())
                .put("at", record.at());
        sender(command, row);
        describe(command, row.putObject("detail"));
        for (int i = 0; i < leaves.size(); i++) {
            account(accounts.get(i), leaves.get(i), offset, rows);
        }
        known.time(applied.time());
        switch (command) {
            case TradeCommand trade -> fills(trade, applied, record, rows);
            case ListAsset list -> {
                rows.add(Table.LISTINGS)
                        .put("asset", list.asset().id())
                        .put("listing", list.listingIndex())
                        .put("name", text(list.name()))
                        .put("commands_offset", offset)
                        .put("at", record.at());
                known.listed(list.listingIndex(), list.asset(), list.name());
            }
            case RegisterKey key -> {
                rows.add(Table.SESSION_KEYS)
                        .put("commands_offset", offset)
                        .put("owner", hex(key.owner()))
                        .put("account", key.account())
                        .put("signer", hex(key.key()))
                        .put("scope", key.scope())
                        .put("expiry", key.expiry())
                        .put("key_index", key.keyIndex())
                        .put("at", record.at());
                known.key(key.owner(), key.account(), key.key(), key.scope(), key.expiry(), offset);
            }
            case SetParameters set -> {
                if (set.what() == SetParameters.MARGIN) {
                    rows.latest(Latest.MARGIN_PARAMETERS, "", offset)
                            .put("id", 0)
                            .put("content", set.content().hex());
                }
            }
            case CancelCommand c -> cancelled(c.cancel().kind(), c.cancel().nonce(), leaves, offset, record, rows);
            case ForcedCancel c -> cancelled(c.cancelKind(), c.nonce(), leaves, offset, record, rows);
            default -> {}
        }
    }

    private void account(ClearedRecord.AccountAfter after, AccountLeaf leaf, long offset, Rows rows) {
        var owner = hex(leaf.owner());
        var receipt = after.margin();
        rows.add(Table.MARGIN_RECEIPTS)
                .put("commands_offset", offset)
                .put("owner", owner)
                .put("account", leaf.account())
                .put("im_before", receipt.imBefore())
                .put("mm_before", receipt.mmBefore())
                .put("im_after", receipt.imAfter())
                .put("mm_after", receipt.mmAfter())
                .put("value", receipt.value())
                .put("price_hash", receipt.priceHash().hex())
                .put("params_hash", receipt.paramsHash().hex());
        var row = rows.latest(Latest.ACCOUNTS, owner + "/" + leaf.account(), offset)
                .put("owner", owner)
                .put("account", leaf.account())
                .put("index", after.index())
                .put("mode", leaf.mode())
                .put("cash", leaf.cash())
                .put("last_auction", leaf.lastAuction())
                .put("liquidation_start", leaf.liquidationStart())
                .put("live_until", leaf.liveUntil());
        var lanes = row.putArray("lanes");
        for (var lane : leaf.nonces().lanes()) {
            lanes.addObject().put("base", lane.base()).put("bits", lane.bits());
        }
        var partials = row.putArray("partials");
        for (var partial : leaf.partials()) {
            partials.addObject()
                    .put("intent", partial.intent().hex())
                    .put("nonce", Long.toUnsignedString(partial.nonce()))
                    .put("validUntil", Long.toString(partial.validUntil()))
                    .put("lastFill", Long.toString(partial.lastFill()))
                    .put("partsDone", Long.toString(partial.partsDone()));
        }
        var positions = row.putArray("positions");
        for (var position : leaf.positions()) {
            positions
                    .addObject()
                    .put("asset", position.asset().id())
                    .put("quantity", position.quantity())
                    .put("fundingIndex", position.fundingIndex())
                    .put("cost", position.cost());
        }
        known.account(leaf.owner(), leaf.account(), leaf.nonces(), offset);
    }

    private void fills(TradeCommand trade, ClearedRecord.Applied applied, LogRecord record, Rows rows) {
        var bid = trade.bid().bid();
        var bidId = Eip712.digest(domain, bid);
        content(bidId, bid, rows);
        for (int i = 0; i < bid.fills().size(); i++) {
            var fill = bid.fills().get(i);
            var intent = trade.intents().get(i).intent();
            content(fill.intent(), intent, rows);
            rows.add(Table.FILLS)
                    .put("commands_offset", applied.commandsOffset())
                    .put("ordinal", i)
                    .put("intent", fill.intent().hex())
                    .put("owner", hex(intent.owner()))
                    .put("account", intent.account())
                    .put("nonce_lane", intent.lane())
                    .put("nonce_number", Nonces.number(intent.nonce()))
                    .put("intent_parts", intent.parts())
                    .put("auction", trade.auction())
                    .put("bid", bidId.hex())
                    .put("solver", hex(bid.solver()))
                    .put("solver_account", bid.account())
                    .put("parts", fill.parts())
                    .put("cash", fill.cash())
                    .put("fee", fill.fee())
                    .put("batch", applied.batch())
                    .put("step", applied.step())
                    .put("time", applied.time())
                    .put("at", record.at());
        }
    }

    /** An entry of the queue that had nothing to cancel has changed no account. */
    private static void cancelled(
            int kind, long nonce, List<AccountLeaf> leaves, long offset, LogRecord record, Rows rows) {
        if (leaves.isEmpty()) {
            return;
        }
        var leaf = leaves.getFirst();
        var lanes = leaf.nonces().lanes();
        var row = rows.add(Table.CANCELS)
                .put("commands_offset", offset)
                .put("owner", hex(leaf.owner()))
                .put("account", leaf.account())
                .put("kind", kind)
                .put("nonce_lane", Nonces.lane(nonce))
                .put("nonce_number", Nonces.number(nonce))
                .put("at", record.at());
        var bases = row.putArray("bases");
        var bits = row.putArray("bits");
        for (var lane : lanes) {
            bases.add(lane.base());
            bits.add(lane.bits());
        }
    }

    private void refused(ClearedRecord.Refused refused, LogRecord record, Rows rows) {
        var command = decode(refused.command());
        var row = rows.add(Table.REFUSED)
                .put("commands_offset", refused.commandsOffset())
                .put("command", refused.commandId().hex())
                .put("kind", refused.commandKind())
                .put("code", refused.code())
                .put("detail", text(refused.detail()))
                .put("time", refused.time())
                .put("at", record.at());
        known.time(refused.time());
        command.ifPresent(c -> sender(c, row));
        if (command.isPresent() && command.get() instanceof TradeCommand trade) {
            var bidId = Eip712.digest(domain, trade.bid().bid());
            var fills = trade.bid().bid().fills();
            for (int i = 0; i < fills.size(); i++) {
                rows.add(Table.REFUSED_FILLS)
                        .put("commands_offset", refused.commandsOffset())
                        .put("ordinal", i)
                        .put("intent", fills.get(i).intent().hex())
                        .put("auction", trade.auction())
                        .put("bid", bidId.hex());
            }
        }
    }

    /** What was refused may be no command at all. */
    private static Optional<Command> decode(Blob command) {
        try {
            return Optional.of(Command.decode(command));
        } catch (Undecodable e) {
            return Optional.empty();
        }
    }

    private void tick(ClearedRecord.PriceTick tick, LogRecord record, Rows rows) {
        if (!(Command.decode(tick.command()) instanceof PriceCommand price)) {
            throw new Undecodable(0, "the command of a price tick is no price");
        }
        var content = PriceContent.decode(price.content());
        long offset = tick.commandsOffset();
        rows.add(Table.PRICE_TICKS)
                .put("commands_offset", offset)
                .put("time", tick.time())
                .put("sequence", tick.sequence())
                .put("price_hash", tick.priceHash().hex())
                .put("root", tick.root().hex())
                .put("at", record.at());
        rows.latest(Latest.STABLE_PRICES, "", offset).put("id", 0).put("stable", content.stable());
        for (var mark : content.marks()) {
            rows.latest(Latest.MARKS, Long.toString(mark.asset().id()), offset)
                    .put("asset", mark.asset().id())
                    .put("mark", mark.mark());
        }
        for (var underlying : content.underlyings()) {
            var expiries = rows.latest(Latest.UNDERLYINGS, Integer.toString(underlying.underlying()), offset)
                    .put("underlying", underlying.underlying())
                    .put("spot", underlying.spot())
                    .put("confidence", underlying.confidence())
                    .put("rate", underlying.rate())
                    .put("perp_mark", underlying.perpMark())
                    .putArray("expiries");
            for (var expiry : underlying.expiries()) {
                expiries.addObject()
                        .put("day", expiry.day())
                        .put("forward", Long.toString(expiry.forward()))
                        .put("a", Long.toString(expiry.a()))
                        .put("b", Long.toString(expiry.b()))
                        .put("rho", Long.toString(expiry.rho()))
                        .put("m", Long.toString(expiry.m()))
                        .put("sigma", Long.toString(expiry.sigma()));
            }
        }
        known.time(tick.time());
    }

    /** Whose account a command speaks of, where it is one's. */
    private static void sender(Command command, ObjectNode row) {
        switch (command) {
            case Deposit d -> sender(d.owner(), d.account(), row);
            case RegisterKey k -> sender(k.owner(), k.account(), row);
            case CreditFee c -> sender(c.owner(), c.account(), row);
            case ForcedWithdraw f -> sender(f.owner(), f.account(), row);
            case ForcedReduce f -> sender(f.owner(), f.account(), row);
            case ForcedCancel f -> sender(f.owner(), f.account(), row);
            case OwnerCommand o -> sender(o.owner(), o.account(), row);
            case TradeCommand t -> sender(t.bid().bid().solver(), t.bid().bid().account(), row);
            case ListAsset l -> {}
            case SetParameters s -> {}
            case PriceCommand p -> {}
        }
    }

    private static void sender(Address owner, long account, ObjectNode row) {
        row.put("owner", hex(owner)).put("account", account);
    }

    private static void describe(Command command, ObjectNode detail) {
        switch (command) {
            case Deposit d ->
                detail.put("queueIndex", Long.toString(d.queueIndex()))
                        .put("asset", asset(d.asset().id()))
                        .put("amount", Long.toString(d.amount()))
                        .put("from", hex(d.from()));
            case RegisterKey k ->
                detail.put("queueIndex", Long.toString(k.queueIndex()))
                        .put("key", hex(k.key()))
                        .put("scope", k.scope())
                        .put("expiry", Long.toString(k.expiry()));
            case CreditFee c ->
                detail.put("queueIndex", Long.toString(c.queueIndex())).put("amount", Long.toString(c.amount()));
            case ListAsset l ->
                detail.put("queueIndex", Long.toString(l.queueIndex()))
                        .put("asset", asset(l.asset().id()))
                        .put("name", text(l.name()));
            case SetParameters s ->
                detail.put("queueIndex", Long.toString(s.queueIndex()))
                        .put("what", s.what())
                        .put("hash", s.content().hash().hex());
            case ForcedWithdraw f ->
                detail.put("queueIndex", Long.toString(f.queueIndex()))
                        .put("asset", asset(f.asset().id()))
                        .put("amount", Long.toString(f.amount()))
                        .put("to", hex(f.to()));
            case ForcedReduce f ->
                detail.put("queueIndex", Long.toString(f.queueIndex()))
                        .put("asset", asset(f.asset().id()))
                        .put("quantity", Long.toString(f.quantity()))
                        .put("counterparty", hex(f.counterOwner()));
            case ForcedCancel f ->
                detail.put("queueIndex", Long.toString(f.queueIndex()))
                        .put("cancelKind", f.cancelKind())
                        .put("nonce", Long.toUnsignedString(f.nonce()));
            case SetModeCommand m ->
                detail.put("mode", m.setMode().mode())
                        .put("nonce", Long.toUnsignedString(m.setMode().nonce()));
            case HeartbeatCommand h ->
                detail.put("until", Long.toString(h.heartbeat().until()))
                        .put("nonce", Long.toUnsignedString(h.heartbeat().nonce()));
            case WithdrawCommand w ->
                detail.put("asset", asset(w.withdraw().asset().id()))
                        .put("amount", Long.toString(w.withdraw().amount()))
                        .put("to", hex(w.withdraw().to()))
                        .put("nonce", Long.toUnsignedString(w.withdraw().nonce()));
            case CancelCommand c ->
                detail.put("cancelKind", c.cancel().kind())
                        .put("nonce", Long.toUnsignedString(c.cancel().nonce()));
            case PriceCommand p ->
                detail.put("time", Long.toString(p.time())).put("sequence", Long.toString(p.sequence()));
            case TradeCommand t ->
                detail.put("auction", Long.toString(t.auction()))
                        .put("transcript", t.transcript().hex())
                        .put("fills", t.bid().bid().fills().size());
        }
    }

    private static String asset(long id) {
        return "0x" + HexFormat.of().toHexDigits(id);
    }

    private static void batch(BatchRecord batch, LogRecord record, Rows rows) {
        var header = batch.header();
        var row = rows.add(Table.BATCHES)
                .put("sequence", batch.sequence())
                .put("first_offset", batch.firstOffset())
                .put("last_offset", batch.lastOffset())
                .put("parent_root", header.parentRoot().hex())
                .put("root", header.root().hex())
                .put("steps_root", header.stepsRoot().hex())
                .put("data_hash", header.dataHash().hex())
                .put("steps", header.steps())
                .put("queue_from", header.queueFrom())
                .put("queue_to", header.queueTo())
                .put("fees_before", batch.feesTotalBefore())
                .put("fees_after", batch.feesTotalAfter())
                .put("data_size", batch.data().size())
                .put("witness_size", batch.witness().size())
                .put("at", record.at());
        var commands = row.putArray("commands");
        batch.commandIds().forEach(id -> commands.add(id.hex()));
        var withdrawals = row.putArray("withdrawals");
        for (var line : batch.withdrawals()) {
            withdrawals
                    .addObject()
                    .put("asset", asset(line.asset().id()))
                    .put("to", hex(line.to()))
                    .put("amount", Long.toString(line.amount()));
        }
    }

    private static void settlement(SettlementRecord settlement, LogRecord record, Rows rows) {
        rows.add(Table.SETTLEMENTS)
                .put("position", record.offset())
                .put("sequence", settlement.sequence())
                .put("status", settlement.status().code())
                .put("tx", settlement.txHash().hex())
                .put("block", settlement.block())
                .put("gas_used", settlement.gasUsed())
                .put("gas_price", settlement.effectiveGasPrice())
                .put("fees", settlement.fees())
                .put("code", settlement.code())
                .put("detail", text(settlement.detail()))
                .put("reported_at", settlement.at())
                .put("at", record.at());
    }
}
