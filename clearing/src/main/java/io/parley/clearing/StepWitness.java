package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One step's world as its witness tells it. Each answer is proven against the roots before the step, or the step is
 * refused; what is not needed is refused as well, so that a step has one witness.
 */
final class StepWitness implements World {
    private final Domain domain;
    private final Step step;
    private final Pricing pricing;
    private final WitnessDigests digests;
    private final Proven[] accounts;
    private final int[] slots;
    private final Map<AssetId, Bytes32> nameHashes = new TreeMap<>();
    private final Listings listings;
    private final Map<Integer, ProvenKey> keys = new HashMap<>();
    private final @Nullable Proof place;
    private final Bytes32 oldKey;
    private final byte[] feederSet;
    private boolean priced;

    private record Proof(int bitmap, Bytes32[] siblings) {
        static Proof read(int depth, WireReader in) {
            int bitmap = depth == 16 ? in.u16("bitmap") : (int) in.u32("bitmap");
            Bytes32[] siblings = new Bytes32[Integer.bitCount(bitmap)];
            for (int i = 0; i < siblings.length; i++) {
                siblings[i] = in.b32("sibling");
            }
            return new Proof(bitmap, siblings);
        }

        Bytes32 root(int depth, int index, Bytes32 leaf) {
            return HashTree.fold(depth, index, leaf, bitmap, siblings);
        }
    }

    private record Proven(int index, byte @Nullable [] leaf, Proof proof) {
        Bytes32 oldLeaf() {
            return leaf == null ? Bytes32.ZERO : Keccak256.hash(leaf);
        }
    }

    private record ProvenKey(Grant grant, Proof proof) {}

    /** Reads the step's part of the witness. The step has begun with the global record before it. */
    StepWitness(Domain domain, Step step, Pricing pricing, Command command, WireReader in) {
        this.domain = domain;
        this.step = step;
        this.pricing = pricing;
        this.digests = new WitnessDigests(domain.separator(), asset -> {
            Bytes32 hash = nameHashes.get(asset);
            if (hash == null) {
                throw new StepRefused(Reason.NOT_LISTED, "%s is not listed".formatted(asset));
            }
            return hash;
        });
        int accountCount = switch (command) {
            case Deposit deposit -> 1;
            case CreditFee credit -> 1;
            case WithdrawCommand withdraw -> 1;
            case CancelCommand _, SetModeCommand _, HeartbeatCommand _ -> 1;
            case ForcedWithdraw _, ForcedCancel _ -> 1;
            case ForcedReduce _ -> 2;
            case TradeCommand trade -> in.u8("nAccounts");
            case RegisterKey key -> 0;
            case ListAsset listing -> 0;
            case SetParameters parameters -> 0;
            case PriceCommand price -> 0;
        };
        require(accountCount <= Step.MAX_ACCOUNTS, "a step has at most 16 accounts");
        this.accounts = new Proven[accountCount];
        readAccounts(in);
        switch (command) {
            case TradeCommand trade -> {
                slots = new int[1 + trade.intents().size()];
                readSlots(in);
                readListings(in.u8("nListings"), in);
                readKeys(slots.length, in);
            }
            case WithdrawCommand withdraw -> {
                slots = new int[1];
                readListings(1, in);
                readKeys(1, in);
            }
            case CancelCommand _, SetModeCommand _, HeartbeatCommand _ -> {
                slots = new int[1];
                readKeys(1, in);
            }
            default -> slots = new int[1];
        }
        this.listings = standIn();
        this.oldKey = command instanceof RegisterKey ? in.b32("oldLeaf") : Bytes32.ZERO;
        this.place = switch (command) {
            case RegisterKey key -> Proof.read(Keys.DEPTH, in);
            case ListAsset listing -> Proof.read(Listings.DEPTH, in);
            default -> null;
        };
        this.feederSet = command instanceof PriceCommand
                ? in.raw(in.u16("length"), "feeder set").bytes()
                : new byte[0];
        if (command instanceof PriceCommand) {
            requireRoot("feeder set", Keccak256.hash(feederSet), step.hash(GlobalRecord.FEEDER_SET_HASH));
        }
    }

    private void readAccounts(WireReader in) {
        for (int i = 0; i < accounts.length; i++) {
            int index = in.u31("account index");
            byte[] leaf = in.raw(in.u16("leaf length"), "leaf").bytes();
            if (leaf.length > 0) {
                Account.decode(leaf);
            }
            require(i == 0 || accounts[i - 1].index() < index, "accounts ascend by index");
            accounts[i] = new Proven(index, leaf.length == 0 ? null : leaf, Proof.read(AccountTree.DEPTH, in));
            step.draft(index, accounts[i].leaf());
        }
    }

    private void readSlots(WireReader in) {
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < slots.length; i++) {
            slots[i] = in.u8("slot");
            require(slots[i] < accounts.length, "a slot is one of the accounts");
            used.add(slots[i]);
        }
        require(used.size() == accounts.length, "each account has a part in the trade");
    }

    private void readListings(int count, WireReader in) {
        AssetId last = null;
        for (int i = 0; i < count; i++) {
            int index = in.u31("listing index");
            AssetId asset = in.asset("asset");
            Bytes32 nameHash = in.b32("name hash");
            Proof proof = Proof.read(Listings.DEPTH, in);
            require(index < 1 << Listings.DEPTH, "a listing's index is below 2^16");
            require(last == null || last.compareTo(asset) < 0, "listings ascend by asset");
            Bytes32 leaf = listingLeaf(asset, nameHash);
            requireRoot("listing", proof.root(Listings.DEPTH, index, leaf), step.hash(GlobalRecord.LISTINGS_ROOT));
            nameHashes.put(asset, nameHash);
            last = asset;
        }
    }

    private void readKeys(int signatures, WireReader in) {
        int count = in.u8("nKeys");
        int last = -1;
        for (int i = 0; i < count; i++) {
            int signature = in.u8("signature");
            require(signature > last && signature < signatures, "keys ascend by signature");
            Grant grant = new Grant(in.u31("key index"), in.u8("scope"), in.u63("expiry"));
            keys.put(signature, new ProvenKey(grant, Proof.read(Keys.DEPTH, in)));
            last = signature;
        }
    }

    /** Listings that know the assets; the names they were listed under are known by their hashes only. */
    private Listings standIn() {
        Map<AssetId, String> names = new TreeMap<>();
        nameHashes.keySet().forEach(asset -> names.put(asset, "#" + Long.toHexString(asset.id())));
        return Listings.of(names);
    }

    /** The names of the assets that were proven to be listed, by their hashes. */
    Map<AssetId, Bytes32> nameHashes() {
        return Collections.unmodifiableMap(nameHashes);
    }

    /** Whether an account was margined for which prices are needed. */
    boolean priced() {
        return priced;
    }

    /** Checks that nothing in the witness was left unused, once the command has run. */
    void requireAllUsed(Command command) {
        require(step.keyCount() == keys.size(), "each key has signed");
        Set<AssetId> needed = new HashSet<>();
        switch (command) {
            case TradeCommand trade -> {
                for (SignedIntent intent : trade.intents()) {
                    intent.intent().legs().forEach(leg -> needed.add(leg.asset()));
                }
            }
            case WithdrawCommand withdraw -> needed.add(withdraw.withdraw().asset());
            default -> {}
        }
        require(needed.equals(nameHashes.keySet()), "the listings are those of the legs");
    }

    /** The accounts root after the step: all old leaves proven against the root before, the new ones put in their places. */
    Bytes32 replaceAccounts(Bytes32 accountsRoot) {
        if (accounts.length == 0) {
            return accountsRoot;
        }
        int[] indices = new int[accounts.length];
        int[] bitmaps = new int[accounts.length];
        Bytes32[][] siblings = new Bytes32[accounts.length][];
        var leaves = new HashTree.Change[accounts.length];
        for (int slot = 0; slot < accounts.length; slot++) {
            Proven account = accounts[slot];
            Bytes32 before = account.oldLeaf();
            indices[slot] = account.index();
            bitmaps[slot] = account.proof().bitmap();
            siblings[slot] = account.proof().siblings();
            leaves[slot] = new HashTree.Change(before, step.noop() ? before : Keccak256.hash(step.leaf(slot)));
        }
        HashTree.Change root = HashTree.fold(AccountTree.DEPTH, indices, leaves, bitmaps, siblings);
        requireRoot("accounts", root.before(), accountsRoot);
        return root.after();
    }

    @Override
    public @Nullable Draft account(int part, Address owner, long account) {
        Draft draft = step.touched(slots[part]);
        return draft.isOf(owner, account) ? draft : null;
    }

    @Override
    public Draft place(int index) {
        for (int slot = 0; slot < accounts.length; slot++) {
            if (accounts[slot].index() == index) {
                return step.touched(slot);
            }
        }
        throw new StepRefused(
                Reason.UNDECODABLE, "the witness is not of its form: account %d is the command's".formatted(index));
    }

    @Override
    public int indexOf(Address owner, long account) {
        return 0;
    }

    @Override
    public Listings listings() {
        return listings;
    }

    @Override
    public Bytes32 digest(Intent intent) {
        return digests.digest(intent);
    }

    @Override
    public Bytes32 digest(Withdraw withdraw) {
        return digests.digest(withdraw);
    }

    @Override
    public @Nullable Grant key(int signature, Address owner, long account, Address signer) {
        ProvenKey key = keys.get(signature);
        if (key == null) {
            return null;
        }
        Grant grant = key.grant();
        requireRoot(
                "key",
                key.proof().root(Keys.DEPTH, grant.index(), grant.leaf(owner, account, signer)),
                step.hash(GlobalRecord.KEYS_ROOT));
        return grant;
    }

    @Override
    public byte[] feederSet() {
        return feederSet;
    }

    @Override
    public Bytes32 register(Address owner, long account, Address key, Grant grant) {
        Proof proof = place();
        requireRoot(
                "place of the key", proof.root(Keys.DEPTH, grant.index(), oldKey), step.hash(GlobalRecord.KEYS_ROOT));
        return proof.root(Keys.DEPTH, grant.index(), grant.leaf(owner, account, key));
    }

    @Override
    public Bytes32 list(int index, AssetId asset, String name) {
        Proof proof = place();
        requireRoot(
                "place of the listing",
                proof.root(Listings.DEPTH, index, Bytes32.ZERO),
                step.hash(GlobalRecord.LISTINGS_ROOT));
        Bytes32 nameHash = Keccak256.hash(name.getBytes(StandardCharsets.US_ASCII));
        return proof.root(Listings.DEPTH, index, listingLeaf(asset, nameHash));
    }

    @Override
    public void needPricing() {
        priced = true;
    }

    @Override
    public Prices prices() {
        priced = true;
        Prices prices = pricing.prices(domain, step);
        if (prices == null) {
            throw new MarginUnavailable(Reason.NO_PRICE, "there is no price yet");
        }
        return prices;
    }

    @Override
    public Margin margin(int slot, Holdings account) {
        if (!StandardMargin.needsPrices(account)) {
            return StandardMargin.evaluate(account, null, null);
        }
        priced = true;
        Prices prices = pricing.prices(domain, step);
        return StandardMargin.evaluate(account, prices, prices == null ? null : pricing.parameters(step));
    }

    private Proof place() {
        if (place == null) {
            throw new IllegalStateException("The step has no place in its witness.");
        }
        return place;
    }

    private static Bytes32 listingLeaf(AssetId asset, Bytes32 nameHash) {
        return Keccak256.hash(new WireWriter(40).asset(asset).b32(nameHash).toBytes());
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new StepRefused(Reason.UNDECODABLE, "the witness is not of its form: " + rule);
        }
    }

    private static void requireRoot(String what, Bytes32 found, Bytes32 expected) {
        if (!found.equals(expected)) {
            throw new StepRefused(
                    Reason.ROOT_MISMATCH, "the proof of the %s leads to %s, not %s".formatted(what, found, expected));
        }
    }

    @Override
    public String toString() {
        return "accounts %s, listings %s".formatted(Arrays.toString(accounts), nameHashes.keySet());
    }
}
