package io.parley.protocol;

import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.PriceRecord;
import io.parley.protocol.wire.RouteRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Random values of every type, with the borders of the ranges more often than chance would have them. */
final class Samples {

    private static final List<String> DETAILS = List.of(
            "",
            "needs 452.10, has 170.00",
            "naïve ☃ 🚀",
            "\u0000\u0007\u007f",
            "'; DROP TABLE bids; --",
            "\u202Edlrow");

    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean bool() {
        return random.nextBoolean();
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    Blob blob() {
        return Blob.of(bytes(below(60)));
    }

    long i64() {
        return switch (below(6)) {
            case 0 -> 0;
            case 1 -> Long.MIN_VALUE;
            case 2 -> Long.MAX_VALUE;
            case 3 -> -1;
            default -> random.nextLong() >> below(64);
        };
    }

    long u63() {
        return i64() & Long.MAX_VALUE;
    }

    long u32() {
        return switch (below(5)) {
            case 0 -> 0;
            case 1 -> 0xffff_ffffL;
            default -> random.nextLong() & 0xffff_ffffL;
        };
    }

    int u31() {
        return (int) u32() & Integer.MAX_VALUE;
    }

    int u16() {
        return below(0x10000);
    }

    String text() {
        return DETAILS.get(below(DETAILS.size()));
    }

    Bytes32 b32() {
        return below(8) == 0 ? Bytes32.ZERO : Bytes32.of(bytes(32));
    }

    Address address() {
        return below(8) == 0 ? Address.ZERO : Address.of(bytes(20));
    }

    Signature signature() {
        return Signature.of(bytes(65));
    }

    <T> List<T> list(int most, Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = below(most + 1); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }

    AssetId asset() {
        int underlying = 1 + below(4095);
        return switch (below(5)) {
            case 0 -> AssetId.cash();
            case 1 -> AssetId.spot(underlying);
            case 2 -> AssetId.perp(underlying);
            default -> option(underlying);
        };
    }

    AssetId option(int underlying) {
        long strike = 1 + below((1 << 28) - 1);
        for (int e = below(16); e > 0 && strike < Long.MAX_VALUE / 10; e--) {
            strike *= 10;
        }
        return AssetId.option(underlying, LocalDate.of(2020, 1, 1).plusDays(below(29_220)), bool(), strike);
    }

    Conditions conditions() {
        if (bool()) {
            return Conditions.NONE;
        }
        Conditions.When when = Conditions.When.values()[below(3)];
        return new Conditions(asset(), when, i64(), i64(), u32(), bool(), bool());
    }

    Intent intent() {
        return new Intent(
                address(),
                u32(),
                list(5, () -> new Leg(asset(), i64())),
                i64(),
                u63(),
                u32(),
                u32(),
                u63(),
                u63(),
                i64(),
                bool(),
                conditions());
    }

    SignedIntent signedIntent() {
        return new SignedIntent(intent(), signature());
    }

    Bid bid() {
        return new Bid(address(), u32(), u63(), list(4, this::fill), u63(), b32(), u63(), b32());
    }

    Fill fill() {
        return new Fill(b32(), u32(), i64(), u63());
    }

    SignedBid signedBid() {
        return new SignedBid(bid(), signature());
    }

    Commitment commitment() {
        return new Commitment(address(), u32(), u63(), b32(), u63());
    }

    SignedCommitment signedCommitment() {
        return new SignedCommitment(commitment(), signature());
    }

    Withdraw withdraw() {
        return new Withdraw(address(), u32(), asset(), u63(), address(), u63(), i64());
    }

    Cancel cancel() {
        return new Cancel(address(), u32(), below(256), i64(), u63());
    }

    Price price() {
        return new Price(u63(), u63(), b32(), b32());
    }

    PriceContent priceContent() {
        List<PriceContent.Mark> marks = list(6, this::asset).stream()
                .distinct()
                .sorted()
                .map(asset -> new PriceContent.Mark(asset, i64()))
                .toList();
        return new PriceContent(
                i64(),
                list(
                        3,
                        () -> new PriceContent.Underlying(
                                u16(),
                                i64(),
                                i64(),
                                i64(),
                                i64(),
                                list(
                                        3,
                                        () -> new PriceContent.Expiry(
                                                u16(), i64(), i64(), i64(), i64(), i64(), i64())))),
                marks);
    }

    FeederSet feederSet() {
        List<Address> feeders = new ArrayList<>(
                list(4, this::address).stream().distinct().sorted().toList());
        if (feeders.isEmpty()) {
            feeders.add(address());
        }
        return new FeederSet(1 + below(feeders.size()), feeders);
    }

    BatchHeader batchHeader() {
        return new BatchHeader(u63(), b32(), b32(), b32(), b32(), u31(), u63(), u63(), bool());
    }

    Withdrawal withdrawal() {
        return new Withdrawal(asset(), address(), u63());
    }

    TradeCommand trade() {
        SignedBid bid = signedBid();
        List<SignedIntent> intents =
                bid.bid().fills().stream().map(fill -> signedIntent()).toList();
        return new TradeCommand(u63(), b32(), bid, intents);
    }

    Command command() {
        return switch (below(14)) {
            case 0 -> new Deposit(u63(), u31(), address(), u32(), asset(), u63(), address());
            case 1 -> new RegisterKey(u63(), u31(), address(), u32(), address(), below(256), u63());
            case 2 -> new ListAsset(u63(), u31(), asset(), "NAME-" + u31());
            case 3 -> new SetParameters(u63(), 1 + below(2), blob());
            case 4 -> new CreditFee(u63(), u31(), address(), u32(), u63());
            case 5 -> new WithdrawCommand(withdraw(), signature());
            case 6 -> new CancelCommand(cancel(), signature());
            case 8 -> new ForcedWithdraw(u63(), u31(), address(), u32(), asset(), u63(), address());
            case 9 -> new ForcedReduce(u63(), u31(), address(), u32(), asset(), u63(), u31(), address(), u32());
            case 10 -> new ForcedCancel(u63(), u31(), address(), u32(), below(256), i64());
            case 11 -> new SetModeCommand(new SetMode(address(), u32(), below(256), u63(), i64()), signature());
            case 12 -> new HeartbeatCommand(new Heartbeat(address(), u32(), u63(), u63(), i64()), signature());
            case 7 -> new PriceCommand(u63(), u63(), b32(), list(3, this::signature), blob());
            default -> trade();
        };
    }

    CommitmentRecord commitmentRecord() {
        return bool() ? new CommitmentRecord.Committed(signedCommitment()) : new CommitmentRecord.CommitClosed(u63());
    }

    BidRecord bidRecord() {
        return bool() ? new BidRecord.Revealed(signedBid()) : new BidRecord.RevealClosed(u63());
    }

    PriceRecord priceRecord() {
        return bool()
                ? new PriceRecord.Proposed(u63(), u63(), b32(), address(), signature(), blob())
                : new PriceRecord.CoSigned(b32(), address(), signature());
    }

    AuctionRecord auctionRecord() {
        if (below(3) == 0) {
            return new AuctionRecord.Rewarded(
                    u63(),
                    i64(),
                    new AuctionRecord.Terms(u63(), u32(), u63(), u16()),
                    list(3, () -> new AuctionRecord.Reward(address(), i64(), u63(), i64(), u63())),
                    list(3, () -> new AuctionRecord.Unfair(b32(), b32(), i64(), i64(), b32())));
        }
        return bool()
                ? new AuctionRecord.Opened(
                        u63(),
                        u63(),
                        u63(),
                        u63(),
                        u63(),
                        b32(),
                        u63(),
                        list(3, () -> new AuctionRecord.OpenIntent(u32(), signedIntent())))
                : new AuctionRecord.Closed(
                        u63(),
                        b32(),
                        b32(),
                        u63(),
                        u63(),
                        list(3, () -> new AuctionRecord.Award(b32(), address(), u32(), i64(), u63())),
                        list(3, () -> new AuctionRecord.Unfilled(b32(), u16(), text())),
                        text(),
                        i64(),
                        i64());
    }

    ScreeningRecord screeningRecord() {
        return switch (below(3)) {
            case 0 -> new ScreeningRecord.Hold(u63(), b32(), address(), u32(), u63(), u16(), text(), u63(), u63());
            case 1 ->
                new ScreeningRecord.Verdict(
                        u63(), b32(), address(), u32(), u16(), text(), i64(), i64(), i64(), u63(), u63(), signedBid());
            default -> new ScreeningRecord.ScreeningClosed(u63(), u31());
        };
    }

    ClearedRecord clearedRecord() {
        return switch (below(3)) {
            case 0 ->
                new ClearedRecord.Applied(
                        u63(),
                        b32(),
                        below(256),
                        u63(),
                        u31(),
                        b32(),
                        u63(),
                        list(
                                3,
                                () -> new ClearedRecord.AccountAfter(
                                        u31(),
                                        blob(),
                                        new ClearedRecord.MarginReceipt(
                                                i64(), i64(), i64(), i64(), i64(), b32(), b32()))),
                        blob());
            case 1 -> new ClearedRecord.Refused(u63(), b32(), below(256), u16(), text(), u63(), blob());
            default -> new ClearedRecord.PriceTick(u63(), u63(), u63(), b32(), b32(), blob());
        };
    }

    BatchRecord batchRecord() {
        return new BatchRecord(
                u63(),
                u63(),
                u63(),
                u63(),
                u63(),
                batchHeader(),
                blob(),
                blob(),
                list(3, this::u31),
                list(3, this::withdrawal),
                list(3, this::b32));
    }

    Route route() {
        return new Route(address(), u32(), u63(), below(256), address(), asset(), u63(), asset(), u63(), u63());
    }

    RouteRecord routeRecord() {
        return new RouteRecord(route(), i64(), signature());
    }

    SettlementRecord settlementRecord() {
        SettlementRecord.Status status = SettlementRecord.Status.values()[below(7)];
        return new SettlementRecord(u63(), status, b32(), u63(), u63(), u63(), u63(), u16(), text(), u63());
    }

    DeadLetter deadLetter() {
        return new DeadLetter(text(), u31(), u63(), u16(), text(), u63(), blob(), blob());
    }
}
