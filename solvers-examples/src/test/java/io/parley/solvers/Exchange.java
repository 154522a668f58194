package io.parley.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.HeldMargin;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.Screened;
import io.parley.clearing.StepResult;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Conditions;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.MarketView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.SolverAccount;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;

/**
 * Clearing's own ledger with a market in it: ETH at 3000, BTC at 90000, options on ETH at 60 % volatility. Traders are
 * names; each name has a key. What a solver proposes is screened as risk-check would.
 */
public final class Exchange {

    /** 2026-11-20, 08:00 UTC. */
    public static final long NOW = 1_795_161_600L;

    public static final LocalDate EXPIRY = LocalDate.of(2026, 12, 25);
    public static final Domain DOMAIN = new Domain(31_337, Address.parse("0x00000000000000000000000000000000000000aa"));
    private static final Map<Integer, String> SYMBOLS = Map.of(1, "ETH", 2, "BTC");
    private static final long FEE_PER_FILL = Fixed8.parse("0.1");

    private final Ledger ledger = Ledger.genesis(DOMAIN);
    private final ToDoubleBiFunction<AssetId, PriceContent> optionMarks;
    private final TreeSet<AssetId> listed = new TreeSet<>();
    private final Map<String, Integer> accounts = new HashMap<>();
    private final List<SignedIntent> intents = new ArrayList<>();
    private final List<Long> partsLeft = new ArrayList<>();
    private long queued;
    private long sequence;
    private long auction;
    private final Map<String, Long> nonces = new HashMap<>();
    private double eth = 3000;
    private double btc = 90_000;

    private Exchange(ToDoubleBiFunction<AssetId, PriceContent> optionMarks) {
        this.optionMarks = optionMarks;
        list("USD");
        for (var name : List.of("ETH", "ETH-PERP", "BTC", "BTC-PERP")) {
            list(name);
        }
        for (int strike = 2600; strike <= 3800; strike += 200) {
            list("ETH-25DEC26-" + strike + "-C");
            list("ETH-25DEC26-" + strike + "-P");
        }
        apply(new SetParameters(
                queued, SetParameters.MARGIN, Blob.of(MarginParameters.demo().encode())));
        apply(new SetParameters(
                queued,
                SetParameters.FEEDERS,
                Blob.of(new FeederSet(1, List.of(key("feeder").address())).encode())));
        tick();
    }

    /** Options are marked at 100. */
    public static Exchange open() {
        return new Exchange((asset, prices) -> 100);
    }

    /** Options are marked by this. */
    public static Exchange open(ToDoubleBiFunction<AssetId, PriceContent> optionMarks) {
        return new Exchange(optionMarks);
    }

    public static PrivateKeySigner key(String name) {
        return PrivateKeySigner.of(
                Keccak256.hash(name.getBytes(StandardCharsets.UTF_8)).bytes());
    }

    public static AssetId asset(String name) {
        return name.equals("USD")
                ? AssetId.cash()
                : AssetId.parse(
                        name,
                        symbol -> SYMBOLS.entrySet().stream()
                                .filter(e -> e.getValue().equals(symbol))
                                .mapToInt(Map.Entry::getKey)
                                .findFirst());
    }

    private void list(String name) {
        apply(new ListAsset(queued, listed.size(), asset(name), name));
        listed.add(asset(name));
    }

    private StepResult apply(Command command) {
        var result = ledger.apply(command);
        assertThat(result).isInstanceOf(StepResult.Applied.class);
        if (command instanceof io.parley.protocol.QueueCommand) {
            queued++;
        }
        return result;
    }

    /** A new price, a second after the last. */
    public Exchange tick() {
        var feeder = key("feeder");
        sequence++;
        var content = content();
        var price = new Price(
                NOW + sequence,
                sequence,
                content.hash(),
                content.marksRoot(MarginParameters.demo().hash()));
        apply(new PriceCommand(
                price.time(),
                price.sequence(),
                price.marks(),
                List.of(feeder.sign(Eip712.digest(DOMAIN, price))),
                Blob.of(content.encode())));
        return this;
    }

    public Exchange eth(double price) {
        eth = price;
        return tick();
    }

    private PriceContent content() {
        double years = (asset("ETH-25DEC26-3000-C").expiryTime() - NOW) / (365 * 86_400.0);
        var expiry = new PriceContent.Expiry(
                asset("ETH-25DEC26-3000-C").expiryDay(), units(eth), units(0.36 * years), 0, 0, 0, units(0.1));
        var underlyings = List.of(
                new PriceContent.Underlying(1, units(eth), Fixed8.ONE, 0, units(eth), List.of(expiry)),
                new PriceContent.Underlying(2, units(btc), Fixed8.ONE, 0, units(btc), List.of()));
        var bare = new PriceContent(Fixed8.ONE, underlyings, List.of());
        var marks = new ArrayList<PriceContent.Mark>();
        for (var asset : listed) {
            if (!asset.isCash()) {
                double price = asset.underlying() == 1 ? eth : btc;
                marks.add(new PriceContent.Mark(
                        asset, units(asset.kind().isOption() ? optionMarks.applyAsDouble(asset, bare) : price)));
            }
        }
        return new PriceContent(Fixed8.ONE, underlyings, marks);
    }

    private static long units(double value) {
        return Math.round(value * 1e8);
    }

    /** Deposits, as {@code funded("alice", "1000 USD", "2 ETH")}. */
    public Exchange funded(String trader, String... amounts) {
        return funded(trader, 0, amounts);
    }

    public Exchange funded(String trader, long account, String... amounts) {
        for (var amount : amounts) {
            var words = amount.split(" ");
            int index = accounts.computeIfAbsent(trader + "/" + account, a -> accounts.size() + 1);
            apply(new Deposit(
                    queued,
                    index,
                    key(trader).address(),
                    account,
                    asset(words[1]),
                    Fixed8.parse(words[0]),
                    key(trader).address()));
        }
        return this;
    }

    /** An intent in the making; {@link Offer#open} puts it into the auction. */
    public Offer intent(String trader) {
        return new Offer(trader);
    }

    public final class Offer {
        private final String trader;
        private final TreeMap<AssetId, Long> legs = new TreeMap<>();
        private long cash;
        private long parts = 1;
        private long minParts = 1;
        private long left;
        private long maxFee = Fixed8.ONE;

        private Offer(String trader) {
            this.trader = trader;
        }

        public Offer gets(String amount) {
            return leg(amount, 1);
        }

        public Offer gives(String amount) {
            return leg(amount, -1);
        }

        private Offer leg(String amount, int sign) {
            var words = amount.split(" ");
            legs.put(asset(words[1]), sign * Fixed8.parse(words[0]));
            return this;
        }

        public Offer leg(AssetId asset, long quantity) {
            legs.put(asset, quantity);
            return this;
        }

        /** At most, for the whole. */
        public Offer pays(String dollars) {
            cash = -Fixed8.parse(dollars);
            return this;
        }

        /** At least, for the whole. */
        public Offer takes(String dollars) {
            cash = Fixed8.parse(dollars);
            return this;
        }

        public Offer cash(long units) {
            cash = units;
            return this;
        }

        public Offer parts(long number, long least) {
            parts = number;
            minParts = least;
            return this;
        }

        public Offer maxFee(String dollars) {
            maxFee = Fixed8.parse(dollars);
            return this;
        }

        public Bytes32 open() {
            var all = new ArrayList<Leg>();
            legs.forEach((asset, quantity) -> all.add(new Leg(asset, quantity)));
            var intent = new Intent(
                    key(trader).address(),
                    0,
                    all,
                    cash,
                    maxFee,
                    parts,
                    minParts,
                    0,
                    NOW + 3600,
                    nonces.merge(trader, 1L, Long::sum) - 1,
                    false,
                    Conditions.NONE);
            var id = Eip712.digest(DOMAIN, intent, ledger.listings());
            intents.add(new SignedIntent(intent, key(trader).sign(id)));
            partsLeft.add(left == 0 ? parts : left);
            return id;
        }
    }

    public SolverAccount account(String trader, long number) {
        var account = ledger.account(key(trader).address(), number).orElseThrow();
        var positions = new HashMap<AssetId, Long>();
        account.positions().forEach(p -> positions.put(p.asset(), p.quantity()));
        return new SolverAccount(
                number, account.cash(), positions, ledger.margin(account).netInitial());
    }

    /** The auction that the solver is asked about, with all intents opened so far. */
    public AuctionView view(String solver) {
        auction++;
        var open = new ArrayList<OpenIntent>();
        for (int i = 0; i < intents.size(); i++) {
            var intent = intents.get(i).intent();
            open.add(new OpenIntent(
                    Eip712.digest(DOMAIN, intent, ledger.listings()),
                    intent,
                    partsLeft.get(i),
                    ledger.account(intent.owner(), intent.account()).map(a -> account(intent.owner(), a))));
        }
        var own = new ArrayList<SolverAccount>();
        for (long number = 0; ledger.account(key(solver).address(), number).isPresent(); number++) {
            own.add(account(solver, number));
        }
        return new AuctionView(
                auction,
                open,
                new MarketView(
                        ledger.global().time(),
                        ledger.prices().orElseThrow(),
                        ledger.listings(),
                        SYMBOLS,
                        Blob.of(MarginParameters.demo().encode())),
                own,
                FEE_PER_FILL);
    }

    private SolverAccount account(Address owner, io.parley.clearing.Account account) {
        var positions = new HashMap<AssetId, Long>();
        account.positions().forEach(p -> positions.put(p.asset(), p.quantity()));
        return new SolverAccount(
                account.account(),
                account.cash(),
                positions,
                ledger.margin(account).netInitial());
    }

    private SignedBid bid(String solver, Proposal proposal) {
        var bid = new Bid(
                key(solver).address(),
                proposal.account(),
                auction,
                proposal.fills(),
                proposal.pays(),
                Bytes32.ZERO,
                NOW + 3600,
                Keccak256.hash(new byte[] {1}));
        return new SignedBid(bid, key(solver).sign(Eip712.digest(DOMAIN, bid)));
    }

    private List<SignedIntent> intentsOf(Proposal proposal) {
        return proposal.fills().stream()
                .map(fill -> intents.stream()
                        .filter(i -> Eip712.digest(DOMAIN, i.intent(), ledger.listings())
                                .equals(fill.intent()))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** As risk-check screens it. */
    public Screened screen(String solver, Proposal proposal) {
        return ledger.screen(bid(solver, proposal), intentsOf(proposal), HeldMargin.NONE);
    }

    /** Screened and within its cap, with the least fee announced; returns the screening. */
    public Screened.Passed passes(String solver, Proposal proposal) {
        var screened = screen(solver, proposal);
        assertThat(screened).as("%s", proposal).isInstanceOf(Screened.Passed.class);
        var passed = (Screened.Passed) screened;
        assertThat(passed.use()).as("margin taken by %s", proposal).isLessThanOrEqualTo(proposal.cap());
        return passed;
    }

    /** It wins and is cleared. */
    public void clear(String solver, Proposal proposal) {
        apply(new TradeCommand(auction, Bytes32.ZERO, bid(solver, proposal), intentsOf(proposal)));
        for (var fill : proposal.fills()) {
            for (int i = 0; i < intents.size(); i++) {
                if (Eip712.digest(DOMAIN, intents.get(i).intent(), ledger.listings())
                        .equals(fill.intent())) {
                    partsLeft.set(i, partsLeft.get(i) - fill.parts());
                }
            }
        }
        for (int i = intents.size() - 1; i >= 0; i--) {
            if (partsLeft.get(i) == 0) {
                intents.remove(i);
                partsLeft.remove(i);
            }
        }
    }

    /** Quantity held, as a decimal. */
    public String holds(String trader, String asset) {
        return Fixed8.format(account(trader, 0).position(asset(asset)));
    }

    public Ledger ledger() {
        return ledger;
    }

    public List<AssetId> listed() {
        return listed.stream().filter(a -> a.kind() != AssetKind.CASH).toList();
    }
}
