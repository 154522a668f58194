package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Commitment;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.Listings.Listing;
import io.parley.protocol.OwnerCommand;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of one clearing domain, folded from its log one command at a time. Whoever folds the same commands has the
 * same root. Single-threaded: one writer, and readers only between its steps. It knows no clock and no chain: time,
 * prices, deposits and keys enter as commands.
 */
public final class Ledger {
    private final Domain domain;
    private final Step step = new Step();
    private final Step screening = new Step();
    private final LiveWorld world = new LiveWorld(step);
    private final LiveWorld screeningWorld = new LiveWorld(screening);
    private final AccountTree accounts;
    private final Keys keys;
    private final HashTree listingsTree = new HashTree(Listings.DEPTH);
    private Recovery recovery = Signatures::recover;
    private Listings listings = Listings.NONE;
    private GlobalRecord global = GlobalRecord.genesis();
    private Bytes32 root;
    private byte[] feederSet = {};
    private byte[] parameterContent = {};
    private @Nullable MarginParameters parameters;

    /** As a witness carries it, see {@link Pricing}. */
    private byte[] price = {};

    private @Nullable Prices prices;

    private Ledger(Domain domain, AccountTree accounts, Keys keys) {
        this.domain = domain;
        this.accounts = accounts;
        this.keys = keys;
        this.root = rootOf(global);
    }

    /** The state before the first command. */
    public static Ledger genesis(Domain domain) {
        return new Ledger(domain, new AccountTree(), new Keys());
    }

    /** The same ledger with another way to ask who signed; the answers must be the same. */
    public Ledger recoveringWith(Recovery signers) {
        recovery = signers;
        return this;
    }

    /** Applies a command, or says which check it failed and changes nothing. */
    public StepResult apply(Command command) {
        return apply(command, command.encode());
    }

    /**
     * Applies a command whose bytes are at hand.
     *
     * @param record the bytes that the command was decoded from
     */
    public StepResult apply(Command command, byte[] record) {
        step.begin(global);
        world.begin();
        try {
            new Transition(domain, world, step, recovery).run(command, record);
        } catch (StepRefused refused) {
            return new StepResult.Refused(refused.reason(), refused.detail());
        }
        WireWriter witness = stateAnd(world.priced() ? Pricing.block(price, parameterContent) : Pricing.NONE);
        List<Touched> touched = touched();
        new WitnessWriter(step, accounts, listings, listingsTree, keys, witness)
                .write(command, feederSet, world.placeWitness());
        take(command);
        global = step.global();
        root = rootOf(global);
        return new StepResult.Applied(root, touched, witness.toBytes(), step.withdrawals(), step.noop());
    }

    /**
     * What a verifier needs to run this record on the state as it is now, whether or not it is allowed: the state, the
     * pricing where an account is to be margined, and the step's part of the witness. For a record that would be a step
     * these are the bytes of {@link StepResult.Applied#witness}. For any other they are the same parts, as far as they
     * exist: a missing account stands as the place 0, which is always empty; a missing key is left out; a missing
     * listing is left out of a trade, and for a withdrawal the first listing stands there. A record that is undecodable, or
     * whose counts are out of bounds, is refused before a witness is read and has no part. Changes nothing.
     */
    public byte[] evidence(byte[] record) {
        screening.begin(global);
        screeningWorld.begin();
        Command command;
        try {
            command = Command.decode(record);
        } catch (Undecodable e) {
            return stateAnd(Pricing.NONE).toBytes();
        }
        boolean allowed = isAllowed(command, record);
        WireWriter out = stateAnd(
                (allowed ? screeningWorld.priced() : mayNeedPricing(command))
                        ? Pricing.block(price, parameterContent)
                        : Pricing.NONE);
        byte[] place = {};
        if (!allowed) {
            screening.begin(global);
            // What is not allowed changes nothing: its accounts are shown as they are.
            screening.becomeNoop();
            if (!new Parties(domain, accounts, keys, listings, recovery).gather(command, screening)) {
                return out.toBytes();
            }
            place = placeOf(command);
        }
        new WitnessWriter(screening, accounts, listings, listingsTree, keys, out).write(command, feederSet, place);
        if (allowed) {
            putBack(screening);
        }
        return out.toBytes();
    }

    /** Whether the pricing is shown with a command that was not run. */
    private boolean mayNeedPricing(Command command) {
        return switch (command) {
            case TradeCommand _, WithdrawCommand _, SetModeCommand _ -> true;
            case ForcedWithdraw forced -> hasPositions(forced.accountIndex());
            case ForcedReduce forced -> hasPositions(forced.accountIndex());
            default -> false;
        };
    }

    private boolean hasPositions(int index) {
        Account account = accounts.account(index);
        return account != null && account.positionCount() > 0;
    }

    /** {@code u32 bitmap | siblings} of a place in the tree of accounts. */
    byte[] accountProof(int index) {
        return proof(accounts.tree(), index);
    }

    /** The same in the tree of keys. */
    byte[] keyProof(int index) {
        WireWriter out = new WireWriter();
        keys.writeProof(index, out);
        return out.toBytes();
    }

    /** The same in the tree of listings. */
    byte[] listingProof(int index) {
        return proof(listingsTree, index);
    }

    private static byte[] proof(HashTree tree, int index) {
        int bitmap = tree.bitmap(index);
        WireWriter out = new WireWriter().u32(Integer.toUnsignedLong(bitmap));
        tree.writeSiblings(index, bitmap, out);
        return out.toBytes();
    }

    /** Who signed this without being allowed to. */
    Optional<Parties.Stranger> stranger(Command command) {
        return new Parties(domain, accounts, keys, listings, recovery).stranger(command);
    }

    /** Where a witness begins. */
    private WireWriter stateAnd(byte[] pricing) {
        return new WireWriter(2048).b32(accounts.root()).raw(global.bytes()).raw(pricing);
    }

    /** Whether a command of a user is a step now; the others are shown without being run. */
    private boolean isAllowed(Command command, byte[] record) {
        return switch (command) {
            case OwnerCommand _, TradeCommand _ -> {
                try {
                    new Transition(domain, screeningWorld, screening, recovery).run(command, record);
                    yield true;
                } catch (StepRefused refused) {
                    yield false;
                }
            }
            case QueueCommand _, PriceCommand _ -> false;
        };
    }

    private byte[] placeOf(Command command) {
        WireWriter out = new WireWriter();
        switch (command) {
            case RegisterKey key -> keys.writePlace(key.keyIndex(), out);
            case ListAsset listing -> writeListingPlace(listing.listingIndex(), out);
            default -> {}
        }
        return out.toBytes();
    }

    private void writeListingPlace(int index, WireWriter out) {
        int bitmap = listingsTree.bitmap(index);
        out.u16(bitmap);
        listingsTree.writeSiblings(index, bitmap, out);
    }

    /** Undoes what writing the witness of a step did to the accounts. */
    private void putBack(Step written) {
        for (int slot = 0; slot < written.touched(); slot++) {
            Draft draft = written.touched(slot);
            byte[] before = draft.before();
            if (before == null) {
                throw new IllegalStateException("A user's command made an account.");
            }
            accounts.put(draft.index(), before);
            accounts.tree().rehash(draft.index(), 1, AccountTree.DEPTH);
        }
    }

    /**
     * Whether the bid would be a step now, with what is held of its solver's margin for other bids left untouched.
     * Changes nothing.
     *
     * @param intents those that it fills, one for each fill and in their order
     */
    public Screened screen(SignedBid bid, List<SignedIntent> intents, HeldMargin holds) {
        Bid signed = bid.bid();
        screening.begin(global);
        screeningWorld.begin();
        try {
            new Transition(domain, screeningWorld, screening, recovery).trade(signed.auction(), bid, intents);
            int slot = screening.slot(screeningWorld.solver());
            Margin after = screeningWorld.margin(slot);
            long held = holds.of(signed.solver(), signed.account());
            if (after.netInitial() < held) {
                throw new StepRefused(
                        Reason.HOLD_EXCEEDS_MARGIN,
                        "needs %s USD, has %s USD"
                                .formatted(
                                        Usd.format(Math.addExact(after.imRequirement(), held)),
                                        Usd.format(after.value())));
            }
            return new Screened.Passed(
                    Score.of(signed, intents), margin(existing(signed.solver(), signed.account())), after);
        } catch (StepRefused refused) {
            return new Screened.Refused(refused.reason(), refused.detail());
        } catch (ArithmeticException e) {
            return new Screened.Refused(Reason.OVERFLOW, "the score or the holds leave the 64-bit range");
        }
    }

    /**
     * Whether a commitment's cap can be held of its solver's margin. Changes nothing.
     *
     * @param holds what is held of it for other commitments
     */
    public Screened hold(SignedCommitment signed, HeldMargin holds) {
        Commitment commitment = signed.commitment();
        screening.begin(global);
        screeningWorld.begin();
        try {
            Account account = accounts.account(accounts.index(commitment.solver(), commitment.account()));
            if (account == null) {
                throw new StepRefused(
                        Reason.NO_ACCOUNT, "%s has no account %d".formatted(commitment.solver(), commitment.account()));
            }
            new Transition(domain, screeningWorld, screening, recovery)
                    .authorise(
                            0,
                            commitment.solver(),
                            commitment.account(),
                            Eip712.digest(domain, commitment),
                            signed.signature(),
                            RegisterKey.BIDS);
            Margin margin = strictMargin(account);
            long wanted = Math.addExact(holds.of(commitment.solver(), commitment.account()), commitment.cap());
            if (margin.netInitial() < wanted) {
                throw new StepRefused(
                        Reason.HOLD_EXCEEDS_MARGIN,
                        "needs %s USD, has %s USD".formatted(Usd.format(wanted), Usd.format(margin.netInitial())));
            }
            return new Screened.Passed(0, margin, margin);
        } catch (StepRefused refused) {
            return new Screened.Refused(refused.reason(), refused.detail());
        } catch (ArithmeticException e) {
            return new Screened.Refused(Reason.OVERFLOW, "the holds leave the 64-bit range");
        }
    }

    private Account existing(Address owner, long account) {
        return account(owner, account).orElseThrow();
    }

    /** The account of an owner, with its number. */
    public Optional<Account> account(Address owner, long account) {
        return Optional.ofNullable(accounts.account(accounts.index(owner, account)));
    }

    /**
     * The account with this index.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Account account(int index) {
        Account account = accounts.account(index);
        if (account == null) {
            throw new IllegalArgumentException(
                    "There is no account with index %d; %d exist.".formatted(index, accounts.count()));
        }
        return account;
    }

    /** The index of an owner's account; empty if it has none. */
    public Optional<Integer> index(Address owner, long account) {
        int index = accounts.index(owner, account);
        return index == 0 ? Optional.empty() : Optional.of(index);
    }

    /** How many accounts exist. */
    public long accounts() {
        return accounts.count();
    }

    /** All accounts with their tree. */
    public AccountTree accountTree() {
        return accounts;
    }

    /** What a step reads beside accounts. */
    public GlobalRecord global() {
        return global;
    }

    /** The state root, which everything above hangs on. */
    public Bytes32 root() {
        return root;
    }

    /** Whose ledger it is. */
    public Domain domain() {
        return domain;
    }

    /** What may be traded, by id and by name. */
    public Listings listings() {
        return listings;
    }

    /** The prices in force; empty before the first. */
    public Optional<PriceContent> prices() {
        return Optional.ofNullable(prices).map(Prices::content);
    }

    /**
     * The margin parameters in force.
     *
     * @throws IllegalStateException if none were set yet, see {@link #hasParameters}
     */
    public MarginParameters parameters() {
        if (parameters == null) {
            throw new IllegalStateException("""
                    There are no margin parameters yet.
                    The first set-parameters command of the contract's queue brings them.""");
        }
        return parameters;
    }

    /** Whether margin parameters were set, and could be read. */
    public boolean hasParameters() {
        return parameters != null;
    }

    /** What a signer who is not the owner may sign for an account, as {@link RegisterKey} scopes; 0 if nothing now. */
    public int scopeOf(Address owner, long account, Address signer) {
        Grant grant = keys.find(owner, account, signer);
        return grant == null || global.time() > grant.expiry() ? 0 : grant.scope();
    }

    /**
     * The margin of an account now. Where it cannot be stated (no price yet, a value outside int64) the cash is shown
     * with no requirement: nothing is decided by this method.
     */
    public Margin margin(Account account) {
        return statedMargin(account).orElseGet(() -> Margin.ofCash(account.cash()));
    }

    /** The margin of any holdings at the prices and parameters in force; empty where it cannot be stated. */
    public Optional<Margin> statedMargin(Holdings held) {
        try {
            return Optional.of(StandardMargin.evaluate(held, prices, parameters));
        } catch (MarginUnavailable e) {
            return Optional.empty();
        }
    }

    private Margin strictMargin(Holdings account) {
        try {
            return StandardMargin.evaluate(account, prices, parameters);
        } catch (MarginUnavailable e) {
            throw new StepRefused(e.reason(), e.detail());
        }
    }

    private Bytes32 rootOf(GlobalRecord record) {
        return Keccak256.hash(accounts.root(), record.hash());
    }

    private List<Touched> touched() {
        if (step.noop() || step.touched() == 0) {
            return List.of();
        }
        List<Touched> touched = new ArrayList<>(step.touched());
        for (int slot = 0; slot < step.touched(); slot++) {
            Draft draft = step.touched(slot);
            byte[] before = draft.before();
            Account old = before == null ? null : Account.ofOwn(before);
            Account now = Account.ofOwn(step.leaf(slot));
            touched.add(
                    new Touched(draft.index(), old, now, old == null ? Margin.ofCash(0) : margin(old), margin(now)));
        }
        return touched;
    }

    /** Takes over what a step proves by hash only. */
    private void take(Command command) {
        switch (command) {
            case SetParameters set -> take(set);
            case PriceCommand next -> {
                price = Pricing.priceOf(next);
                prices = Pricing.pricesOf(price);
            }
            default -> {}
        }
    }

    private void take(SetParameters set) {
        if (set.what() == SetParameters.MARGIN) {
            parameterContent = set.content().bytes();
            // The queue must not stand still for a bad set; margins are refused until a good one follows
            // (docs/margin.md).
            parameters = MarginParameters.admissible(parameterContent);
        } else {
            feederSet = set.content().bytes();
        }
    }

    void writeTo(WireWriter out) {
        out.raw(global.bytes()).u32(listings.size());
        for (Listing listing : listings.all()) {
            out.asset(listing.asset()).str(listing.name());
        }
        keys.writeTo(out);
        out.u32(feederSet.length).raw(feederSet);
        out.u32(parameterContent.length).raw(parameterContent);
        out.u32(price.length).raw(price);
        out.u32(accounts.count());
        for (int index = 0; index < accounts.size(); index++) {
            byte[] leaf = accounts.leaf(index);
            if (leaf != null) {
                out.u32(index).u16(leaf.length).raw(leaf);
            }
        }
    }

    static Ledger readFrom(Domain domain, WireReader in) {
        GlobalRecord global =
                GlobalRecord.decode(in.raw(GlobalRecord.LENGTH, "global record").bytes());
        int listed = in.u31("listings");
        Map<AssetId, String> names = new LinkedHashMap<>();
        for (int i = 0; i < listed; i++) {
            names.put(in.asset("asset"), in.str("name"));
        }
        Keys keys = Keys.readFrom(in);
        AccountTree accounts = new AccountTree();
        Ledger ledger = new Ledger(domain, accounts, keys);
        ledger.global = global;
        ledger.listings = Listings.of(names);
        for (Listing listing : ledger.listings.all()) {
            ledger.listingsTree.set(listing.index(), listing.leaf());
        }
        ledger.feederSet = in.blob("feeder set").bytes();
        ledger.parameterContent = in.blob("margin parameters").bytes();
        if (ledger.parameterContent.length > 0) {
            ledger.parameters = MarginParameters.admissible(ledger.parameterContent);
        }
        ledger.price = in.blob("price").bytes();
        if (ledger.price.length > 0) {
            requireSame("price", Pricing.digestOf(domain, ledger.price), global.priceHash());
            ledger.prices = Pricing.pricesOf(ledger.price);
        }
        int count = in.u31("accounts");
        for (int i = 0; i < count; i++) {
            int index = in.u31("account index");
            byte[] leaf = in.raw(in.u16("leaf length"), "leaf").bytes();
            Account.decode(leaf);
            accounts.put(index, leaf);
        }
        accounts.tree().rehashAll(accounts.size());
        requireSame("listings", ledger.listingsTree.root(), global.listingsRoot());
        requireSame("keys", keys.root(), global.keysRoot());
        requireContent("feeder set", ledger.feederSet, global.feederSetHash());
        requireContent("margin parameters", ledger.parameterContent, global.paramsHash());
        ledger.root = ledger.rootOf(global);
        return ledger;
    }

    private static void requireContent(String what, byte[] content, Bytes32 expected) {
        if (content.length > 0 || !expected.isZero()) {
            requireSame(what, Keccak256.hash(content), expected);
        }
    }

    private static void requireSame(String what, Bytes32 found, Bytes32 expected) {
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    "The snapshot's %s have hash %s, its state says %s.".formatted(what, found, expected));
        }
    }

    /** The ledger's own maps and trees. */
    private final class LiveWorld implements World {
        private final Step into;
        private final Margin[] margins = new Margin[Step.MAX_ACCOUNTS];
        private byte[] placeWitness = {};
        private @Nullable Draft solver;
        private boolean priced;

        LiveWorld(Step into) {
            this.into = into;
        }

        void begin() {
            solver = null;
            priced = false;
        }

        /** Whether an account was margined for which prices are needed. */
        boolean priced() {
            return priced;
        }

        Draft solver() {
            if (solver == null) {
                throw new IllegalStateException("A trade without a solver passed the checks.");
            }
            return solver;
        }

        Margin margin(int slot) {
            return margins[slot];
        }

        byte[] placeWitness() {
            return placeWitness;
        }

        @Override
        public @Nullable Draft account(int part, Address owner, long account) {
            int index = accounts.index(owner, account);
            Draft draft = index == 0 ? null : into.draft(index, accounts.leaf(index));
            if (part == 0) {
                solver = draft;
            }
            return draft;
        }

        @Override
        public Draft place(int index) {
            return into.draft(index, accounts.leaf(index));
        }

        @Override
        public int indexOf(Address owner, long account) {
            return accounts.index(owner, account);
        }

        @Override
        public Listings listings() {
            return listings;
        }

        @Override
        public Bytes32 digest(Intent intent) {
            return Eip712.digest(domain, intent, listings);
        }

        @Override
        public Bytes32 digest(Withdraw withdraw) {
            return Eip712.digest(domain, withdraw, listings);
        }

        @Override
        public @Nullable Grant key(int signature, Address owner, long account, Address signer) {
            return keys.find(owner, account, signer);
        }

        @Override
        public byte[] feederSet() {
            return feederSet;
        }

        @Override
        public Bytes32 register(Address owner, long account, Address key, Grant grant) {
            keys.requirePlace(owner, account, key, grant.index());
            WireWriter out = new WireWriter();
            keys.writePlace(grant.index(), out);
            placeWitness = out.toBytes();
            keys.put(owner, account, key, grant);
            return keys.root();
        }

        @Override
        public Bytes32 list(int index, AssetId asset, String name) {
            Listings more;
            try {
                more = listings.with(asset, name);
            } catch (IllegalArgumentException e) {
                throw new StepRefused(Reason.QUEUE_ORDER, String.valueOf(e.getMessage()));
            }
            WireWriter out = new WireWriter();
            writeListingPlace(index, out);
            placeWitness = out.toBytes();
            listings = more;
            listingsTree.set(index, listings.listing(asset).orElseThrow().leaf());
            return listingsTree.root();
        }

        @Override
        public void needPricing() {
            priced = true;
        }

        @Override
        public Prices prices() {
            priced = true;
            if (prices == null) {
                throw new MarginUnavailable(Reason.NO_PRICE, "there is no price yet");
            }
            return prices;
        }

        @Override
        public Margin margin(int slot, Holdings account) {
            priced |= StandardMargin.needsPrices(account);
            Margin margin = StandardMargin.evaluate(account, prices, parameters);
            margins[slot] = margin;
            return margin;
        }
    }
}
