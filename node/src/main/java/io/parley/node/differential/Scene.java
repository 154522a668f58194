package io.parley.node.differential;

import io.parley.clearing.Account;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fixed8;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.Undecodable;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A market without a chain or a role: a ledger, everyone's keys, and what there is to trade at which price. */
final class Scene {

    static final long START = 1_767_225_600;
    static final AssetId USD = AssetId.cash();
    static final AssetId ETH = AssetId.spot(1);
    static final AssetId BTC = AssetId.spot(2);
    static final AssetId ETH_PERP = AssetId.perp(1);
    static final AssetId BTC_PERP = AssetId.perp(2);
    private static final int PEOPLE = 14;
    private static final List<LocalDate> DAYS =
            List.of(LocalDate.of(2026, 3, 27), LocalDate.of(2026, 6, 26), LocalDate.of(2026, 12, 25));

    /** Somebody's account, whether or not it exists yet. */
    record Holder(PrivateKeySigner signer, long account) {
        Address owner() {
            return signer.address();
        }
    }

    private record Place(Address owner, long account, Address key) {}

    final Ledger ledger;
    final Domain domain;
    final List<Holder> holders = new ArrayList<>();
    final List<PrivateKeySigner> sessions = new ArrayList<>();
    final List<PrivateKeySigner> feeders = new ArrayList<>();
    final PrivateKeySigner stranger = signer(0x99, 0);
    final List<AssetId> options = new ArrayList<>();

    /** Prices in the next bundle, by asset. */
    final TreeMap<AssetId, Long> quotes = new TreeMap<>();

    long stable = Fixed8.ONE;
    long confidence = Fixed8.ONE;
    private final Map<Place, Integer> keys = new HashMap<>();

    Scene(Domain domain) {
        this.domain = domain;
        this.ledger = Ledger.genesis(domain);
        for (int i = 0; i < PEOPLE; i++) {
            var person = signer(0xa0, i);
            holders.add(new Holder(person, 0));
            holders.add(new Holder(person, i % 2 == 0 ? 1 : 0xffff_ffffL));
        }
        for (int i = 0; i < 4; i++) {
            sessions.add(signer(0x5e, i));
        }
        for (int i = 0; i < 3; i++) {
            feeders.add(signer(0xf0, i));
        }
        feeders.sort(Comparator.comparing(PrivateKeySigner::address));
        quotes.put(ETH, 3_000 * Fixed8.ONE);
        quotes.put(BTC, 90_000 * Fixed8.ONE);
        quotes.put(ETH_PERP, 3_000 * Fixed8.ONE);
        quotes.put(BTC_PERP, 90_000 * Fixed8.ONE);
        for (var day : DAYS) {
            for (int strike = 2_000; strike <= 4_200; strike += 200) {
                for (boolean call : new boolean[] {true, false}) {
                    var option = AssetId.option(1, day, call, strike * Fixed8.ONE);
                    options.add(option);
                    long inside = Math.max(0, call ? 3_000 - strike : strike - 3_000);
                    quotes.put(option, (inside + 50) * Fixed8.ONE);
                }
            }
        }
    }

    private static PrivateKeySigner signer(int family, int number) {
        var key = new byte[32];
        key[0] = 1;
        key[30] = (byte) family;
        key[31] = (byte) (number + 1);
        return PrivateKeySigner.of(key);
    }

    long now() {
        return ledger.global().time();
    }

    Optional<Account> of(Holder holder) {
        return ledger.account(holder.owner(), holder.account());
    }

    // The queue

    private long cursor() {
        return ledger.global().queueCursor();
    }

    byte[] list(AssetId asset) {
        var symbol = asset.underlying() == 1 ? "ETH" : asset.underlying() == 2 ? "BTC" : "X" + asset.underlying();
        return new ListAsset(cursor(), ledger.listings().size(), asset, asset.name(symbol)).encode();
    }

    byte[] parameters(byte[] content) {
        return new SetParameters(cursor(), SetParameters.MARGIN, Blob.of(content)).encode();
    }

    byte[] feederSet(byte[] content) {
        return new SetParameters(cursor(), SetParameters.FEEDERS, Blob.of(content)).encode();
    }

    byte[] goodParameters() {
        return MarginParameters.demo().encode();
    }

    byte[] goodFeeders() {
        return new FeederSet(2, feeders.stream().map(PrivateKeySigner::address).toList()).encode();
    }

    byte[] deposit(Holder to, AssetId asset, long amount) {
        return deposit(place(to), to, asset, amount);
    }

    byte[] deposit(int index, Holder to, AssetId asset, long amount) {
        return new Deposit(cursor(), index, to.owner(), to.account(), asset, amount, to.owner()).encode();
    }

    byte[] creditFee(Holder to, long amount) {
        return new CreditFee(cursor(), place(to), to.owner(), to.account(), amount).encode();
    }

    byte[] registerKey(Holder owner, PrivateKeySigner key, int scope, long expiry) {
        int place = keys.computeIfAbsent(new Place(owner.owner(), owner.account(), key.address()), _ -> keys.size());
        return registerKey(place, owner, key, scope, expiry);
    }

    byte[] registerKey(int place, Holder owner, PrivateKeySigner key, int scope, long expiry) {
        return new RegisterKey(cursor(), place, owner.owner(), owner.account(), key.address(), scope, expiry).encode();
    }

    byte[] forceWithdraw(Holder holder, AssetId asset, long amount) {
        return new ForcedWithdraw(
                        cursor(), place(holder), holder.owner(), holder.account(), asset, amount, holder.owner())
                .encode();
    }

    byte[] forceReduce(Holder holder, AssetId asset, long quantity, Holder counter) {
        return new ForcedReduce(
                        cursor(),
                        place(holder),
                        holder.owner(),
                        holder.account(),
                        asset,
                        quantity,
                        place(counter),
                        counter.owner(),
                        counter.account())
                .encode();
    }

    byte[] forceCancel(Holder holder, int kind, long nonce) {
        return new ForcedCancel(cursor(), place(holder), holder.owner(), holder.account(), kind, nonce).encode();
    }

    /** The account's index, or the one that the contract would give it. */
    int place(Holder holder) {
        return ledger.index(holder.owner(), holder.account()).orElseGet(() -> {
            int next = 1;
            while (ledger.accountTree().account(next) != null) {
                next++;
            }
            return next;
        });
    }

    // Prices

    PriceContent content() {
        List<PriceContent.Underlying> underlyings = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            long spot = quote(AssetId.spot(number));
            List<PriceContent.Expiry> expiries = new ArrayList<>();
            for (var day : number == 1 ? DAYS : List.<LocalDate>of()) {
                int expiry = AssetId.option(1, day, true, Fixed8.ONE).expiryDay();
                expiries.add(new PriceContent.Expiry(expiry, spot, 0, 0, 0, 0, 0));
            }
            underlyings.add(
                    new PriceContent.Underlying(number, spot, confidence, 0, quote(AssetId.perp(number)), expiries));
        }
        List<PriceContent.Mark> marks = new ArrayList<>();
        quotes.forEach((asset, mark) -> marks.add(new PriceContent.Mark(asset, mark)));
        return new PriceContent(stable, underlyings, marks);
    }

    long quote(AssetId asset) {
        return quotes.getOrDefault(asset, 0L);
    }

    byte[] price(long time) {
        return price(time, ledger.global().priceSequence() + 1, content().encode(), null, feeders.subList(0, 2));
    }

    /** @param marksRoot null for that of the content */
    byte[] price(
            long time, long sequence, byte[] content, @Nullable Bytes32 marksRoot, List<PrivateKeySigner> signers) {
        var blob = Blob.of(content);
        var root = marksRoot == null ? marksRoot(content) : marksRoot;
        var digest = Eip712.digest(domain, new Price(time, sequence, blob.hash(), root));
        List<Signature> signatures = signers.stream().map(s -> s.sign(digest)).toList();
        return new PriceCommand(time, sequence, root, signatures, blob).encode();
    }

    private Bytes32 marksRoot(byte[] content) {
        try {
            return PriceContent.decode(content).marksRoot(ledger.global().paramsHash());
        } catch (Undecodable e) {
            return Bytes32.ZERO;
        }
    }

    // What an owner does alone

    byte[] withdraw(Withdraw withdraw, PrivateKeySigner signer) {
        var signature = ledger.listings().contains(withdraw.asset())
                ? signer.sign(Eip712.digest(domain, withdraw, ledger.listings()))
                : signer.sign(Bytes32.ZERO);
        return new WithdrawCommand(withdraw, signature).encode();
    }

    byte[] setMode(SetMode setMode, PrivateKeySigner signer) {
        return new SetModeCommand(setMode, signer.sign(Eip712.digest(domain, setMode))).encode();
    }

    byte[] heartbeat(Heartbeat heartbeat, PrivateKeySigner signer) {
        return new HeartbeatCommand(heartbeat, signer.sign(Eip712.digest(domain, heartbeat))).encode();
    }

    byte[] cancel(Cancel cancel, PrivateKeySigner signer) {
        return new CancelCommand(cancel, signer.sign(Eip712.digest(domain, cancel))).encode();
    }
}
