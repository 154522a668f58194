package io.parley.devnet.deployment;

import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.FeederSet;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Bool;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;
import org.web3j.abi.datatypes.generated.Uint8;

/**
 * Makes a market on a fresh dev chain: tokens, verifiers, vault, listings, parameters, Uniswap V2 pools with liquidity, routes into them, and
 * deposits for traders, house solvers and the relayer. Everything goes through the vault's queue, as it would on a public chain.
 */
public final class MarketDeployment {

    public static final String GOVERNOR = "governor";
    public static final String RELAYER = "relayer";

    /** Whose account takes the half of a slashed bond that no challenger gets. */
    public static final String INSURANCE = "insurance";

    /** Sends challenges, and earns the other half. */
    public static final String WATCHER = "watcher";

    public static final List<String> FEEDERS = List.of("feeder-1", "feeder-2", "feeder-3");
    public static final List<String> SOLVERS = List.of("netting", "options", "amm");
    public static final List<String> TRADERS = List.of("alice", "bob", "carol");

    /** What the pools open at, in dollars, until {@link #alignPools} brings them to the market. */
    private static final int ETH_PRICE = 3_000;

    private static final int BTC_PRICE = 90_000;

    /** A pool may stand this far from the market, in parts of 10,000, as one may where swaps cost 0.3 %. */
    private static final int ALIGNED = 20;

    /** The operator's bond in dollars. */
    private static final long BOND = 10_000;

    /** How long an optimistic batch can be challenged: short, for somebody looks on. */
    private static final Duration WINDOW = Duration.ofSeconds(4);

    /** Dollars that the insurance account begins with: what it takes over from forced reductions needs margin. */
    private static final long INSURED = 250_000;

    /** How long a change of listings or parameters stands announced before it can be made. */
    private static final Duration TIMELOCK = Duration.ofDays(2);

    private static final int QUORUM = 2;
    private static final int MARGIN_PARAMETERS = 1;
    private static final int FEEDER_SET = 2;

    private final Chain chain;
    private final DevKeys keys;
    private final Deployer governor;
    private final ExitTerms terms;

    private MarketDeployment(Chain chain, DevKeys keys, ExitTerms terms) {
        this.chain = chain;
        this.keys = keys;
        this.terms = terms;
        var signer = keys.signer(GOVERNOR);
        fund(chain, signer.address());
        this.governor = new Deployer(chain, signer);
    }

    private record Token(String name, AssetId asset, Address address, int decimals) {

        BigInteger units(long whole) {
            return BigInteger.valueOf(whole).multiply(BigInteger.TEN.pow(decimals));
        }
    }

    /**
     * @param marginParameters the content of the set-parameters command for margin
     */
    public static Deployment deploy(Chain chain, DevKeys keys, byte[] marginParameters) {
        return deploy(chain, keys, marginParameters, ExitTerms.PUBLISHED);
    }

    /**
     * @param marginParameters the content of the set-parameters command for margin
     * @param terms when the market can be frozen, and how long accounts may register then
     */
    public static Deployment deploy(Chain chain, DevKeys keys, byte[] marginParameters, ExitTerms terms) {
        return new MarketDeployment(chain, keys, terms).run(marginParameters);
    }

    /** Gives an address ether for gas; only a dev chain can. */
    public static void fund(Chain chain, Address address) {
        chain.rpc()
                .call(
                        "anvil_setBalance",
                        address.hex(),
                        "0x" + BigInteger.TEN.pow(24).toString(16));
    }

    private Deployment run(byte[] marginParameters) {
        var usd = token("USD", AssetId.cash(), 6);
        var eth = token("ETH", AssetId.spot(DemoMarket.ETH), 18);
        var btc = token("BTC", AssetId.spot(DemoMarket.BTC), 8);
        var vault = vault(usd);
        var disputes = named(vault, "disputes");

        for (var token : List.of(usd, eth, btc)) {
            governor.call(
                    token.address(), "mint", address(governor.address()), new Uint256(token.units(1_000_000_000L)));
            governor.call(token.address(), "approve", address(vault), new Uint256(BigInteger.TWO.pow(255)));
        }
        var backed = Map.of(usd.asset(), usd, eth.asset(), eth, btc.asset(), btc);
        var changes = new Changes(named(vault, "governor"));
        for (var listed : DemoMarket.listings()) {
            var token = backed.get(listed.asset());
            changes.add(
                    vault,
                    "list",
                    new Uint64(
                            new BigInteger(Long.toUnsignedString(listed.asset().id()))),
                    new Utf8String(listed.name()),
                    address(token == null ? Address.ZERO : token.address()),
                    new Uint8(token == null ? 0 : token.decimals()));
        }
        governor.call(usd.address(), "approve", address(disputes), new Uint256(usd.units(BOND)));
        governor.call(disputes, "addBond", new Uint256(usd.units(BOND)));
        var requests = named(vault, "requests");
        changes.add(requests, "setParameters", new Uint8(MARGIN_PARAMETERS), new DynamicBytes(marginParameters));
        changes.add(requests, "setParameters", new Uint8(FEEDER_SET), new DynamicBytes(feeders()));
        var factory = governor.create("UniswapV2Factory", address(governor.address()));
        var routes = governor.create("Routes", address(vault), address(changes.timelock));
        var adapter = governor.create("ConstantProductAdapter", address(factory));
        changes.add(routes, "setAdapter", address(adapter), new Bool(true));
        // The first changes need no announcement: nobody is here yet. From then on all do.
        changes.add(changes.timelock, "updateDelay", new Uint256(BigInteger.valueOf(TIMELOCK.toSeconds())));
        changes.make();
        var pools = List.of(pool(factory, eth, usd, 2_000, ETH_PRICE), pool(factory, btc, usd, 60, BTC_PRICE));
        deposits(vault, usd, eth, btc);
        governor.await();

        var tokens = new TreeMap<String, Address>();
        for (var token : List.of(usd, eth, btc)) {
            tokens.put(token.name(), token.address());
        }
        return new Deployment(chain.chainId(), vault, disputes, routes, adapter, Map.copyOf(tokens), pools);
    }

    private Token token(String name, AssetId asset, int decimals) {
        var address = governor.create(
                "TestToken", new Utf8String("Dev " + name), new Utf8String("d" + name), new Uint8(decimals));
        return new Token(name, asset, address, decimals);
    }

    private Address vault(Token usd) {
        var queue = governor.create("QueueVerifier");
        var forced = governor.create("ForcedVerifier");
        var account = governor.create("AccountVerifier");
        var price = governor.create("PriceVerifier");
        var trade = governor.create("TradeVerifier");
        var packing = governor.create("DataPacking");
        var operator = keys.signer(RELAYER).address();
        var timelock = governor.create(
                "Timelock",
                new Uint256(BigInteger.ZERO),
                new DynamicArray<>(org.web3j.abi.datatypes.Address.class, address(governor.address())));
        // Vault, exit, requests and disputes name each other; the vault comes last, and the others know where it will
        // be.
        var insurance = keys.signer(INSURANCE).address();
        var exit = governor.create("Exit", address(governor.created(3)), seconds(terms.registrationPeriod()));
        var requests = governor.create("Requests", address(governor.created(2)), address(insurance));
        var disputes = governor.create(
                "Disputes",
                address(governor.created(1)),
                address(operator),
                address(insurance),
                address(usd.address()),
                new Uint256(usd.units(BOND)),
                address(queue),
                address(forced),
                address(account),
                address(price),
                address(trade));
        return governor.create(
                "Vault",
                address(timelock),
                address(operator),
                address(queue),
                address(forced),
                address(account),
                address(price),
                address(trade),
                address(disputes),
                seconds(WINDOW),
                address(exit),
                address(requests),
                seconds(terms.freezeAfter()),
                seconds(terms.forceAfter()),
                address(packing));
    }

    private static Uint64 seconds(Duration duration) {
        return new Uint64(BigInteger.valueOf(duration.toSeconds()));
    }

    private Address named(Address contract, String getter) {
        var answer = chain.call(contract, FunctionEncoder.encode(new Function(getter, List.of(), List.of())));
        return Address.parse("0x" + answer.substring(answer.length() - 40));
    }

    /** What the timelock is to call, in one go. */
    private final class Changes {
        private final Address timelock;
        private final List<org.web3j.abi.datatypes.Address> targets = new ArrayList<>();
        private final List<Uint256> values = new ArrayList<>();
        private final List<DynamicBytes> calls = new ArrayList<>();

        private Changes(Address timelock) {
            this.timelock = timelock;
        }

        private void add(Address target, String function, Type<?>... arguments) {
            targets.add(address(target));
            values.add(new Uint256(BigInteger.ZERO));
            calls.add(new DynamicBytes(HexFormat.of()
                    .parseHex(FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()))
                            .substring(2))));
        }

        private void make() {
            var none = new org.web3j.abi.datatypes.generated.Bytes32(new byte[32]);
            var what = List.<Type<?>>of(
                    new DynamicArray<>(org.web3j.abi.datatypes.Address.class, targets),
                    new DynamicArray<>(Uint256.class, values),
                    new DynamicArray<>(DynamicBytes.class, calls),
                    none,
                    none);
            var announced = new ArrayList<>(what);
            announced.add(new Uint256(BigInteger.ZERO));
            governor.call(timelock, "scheduleBatch", announced.toArray(Type[]::new));
            governor.call(timelock, "executeBatch", what.toArray(Type[]::new));
        }
    }

    private byte[] feeders() {
        var addresses = new ArrayList<Address>();
        FEEDERS.forEach(f -> addresses.add(keys.signer(f).address()));
        addresses.sort(null);
        return new FeederSet(QUORUM, addresses).encode();
    }

    /** A real Uniswap V2 pair, opened at a price. There is no router: tokens go to the pair, which then mints shares. */
    private Deployment.Pool pool(Address factory, Token coin, Token cash, long coins, long price) {
        governor.call(factory, "createPair", address(coin.address()), address(cash.address()));
        governor.await();
        var pair = pairOf(factory, coin, cash);
        governor.call(coin.address(), "transfer", address(pair), new Uint256(coin.units(coins)));
        governor.call(cash.address(), "transfer", address(pair), new Uint256(cash.units(coins * price)));
        governor.call(pair, "mint", address(governor.address()));
        return new Deployment.Pool(
                pair,
                coin.name(),
                coin.asset().id(),
                coin.address(),
                coin.decimals(),
                cash.address(),
                cash.decimals(),
                coin.address().compareTo(cash.address()) < 0);
    }

    /**
     * Brings the pools to the market's prices, as arbitrageurs would: on a dev chain there are none.
     *
     * @param prices dollars in units of 1e-8, by the coin's name
     */
    public static synchronized void alignPools(
            Chain chain, DevKeys keys, Deployment deployment, Map<String, Long> prices) {
        var governor = new Deployer(chain, keys.signer(GOVERNOR));
        for (var pool : deployment.pools()) {
            var price = prices.get(pool.coin());
            if (price != null && price > 0) {
                align(chain, governor, pool, BigInteger.valueOf(price));
            }
        }
        governor.await();
    }

    /** Deposits whole tokens into an account: a faucet, which only a dev chain has. */
    public static synchronized void deposit(
            Chain chain,
            DevKeys keys,
            Deployment deployment,
            Address owner,
            int account,
            AssetId asset,
            String name,
            long whole) {
        var token = Objects.requireNonNull(deployment.tokens().get(name), name);
        var decimals = new BigInteger(
                chain.call(token, FunctionEncoder.encode(new Function("decimals", List.of(), List.of())))
                        .substring(2),
                16);
        var governor = new Deployer(chain, keys.signer(GOVERNOR));
        var amount = new Uint256(BigInteger.valueOf(whole).multiply(BigInteger.TEN.pow(decimals.intValue())));
        governor.call(token, "mint", address(governor.address()), amount);
        governor.call(
                deployment.vault(),
                "depositFor",
                address(owner),
                new Uint64(new BigInteger(Long.toUnsignedString(asset.id()))),
                amount,
                new Uint32(account));
        governor.await();
    }

    private static void align(Chain chain, Deployer governor, Deployment.Pool pool, BigInteger price) {
        var answer = chain.call(pool.pair(), FunctionEncoder.encode(new Function("getReserves", List.of(), List.of())));
        var first = new BigInteger(answer.substring(2, 66), 16);
        var second = new BigInteger(answer.substring(66, 130), 16);
        var coins = pool.coinFirst() ? first : second;
        var cash = pool.coinFirst() ? second : first;
        // Cash that the coins are worth: price is per whole coin in 1e-8.
        var scale = BigInteger.TEN.pow(8 + pool.coinDecimals() - pool.cashDecimals());
        var worth = coins.multiply(price).divide(scale);
        var apart =
                worth.subtract(cash).abs().multiply(BigInteger.valueOf(10_000)).divide(cash.max(BigInteger.ONE));
        if (apart.intValue() <= ALIGNED) {
            return;
        }
        // What is missing on the one side is given to the pool; sync() makes its reserves what it holds.
        if (worth.compareTo(cash) > 0) {
            governor.call(pool.cashToken(), "mint", address(pool.pair()), new Uint256(worth.subtract(cash)));
        } else {
            var needed = cash.multiply(scale).divide(price);
            governor.call(pool.coinToken(), "mint", address(pool.pair()), new Uint256(needed.subtract(coins)));
        }
        governor.call(pool.pair(), "sync");
    }

    private Address pairOf(Address factory, Token coin, Token cash) {
        var answer = chain.call(
                factory,
                FunctionEncoder.encode(
                        new Function("getPair", List.of(address(coin.address()), address(cash.address())), List.of())));
        return Address.parse("0x" + answer.substring(answer.length() - 40));
    }

    private void deposits(Address vault, Token usd, Token eth, Token btc) {
        for (var trader : TRADERS) {
            var owner = keys.signer(trader).address();
            deposit(vault, usd, owner, 0, 100_000);
            deposit(vault, eth, owner, 0, 50);
            deposit(vault, btc, owner, 0, 1);
        }
        // A small second account, for what needs a small one: leverage, and the refusal for margin.
        deposit(vault, usd, keys.signer("carol").address(), 1, 2_000);
        for (var solver : SOLVERS) {
            var owner = keys.signer(solver).address();
            for (int account = 0; account < 4; account++) {
                deposit(vault, usd, owner, account, 1_000_000);
                deposit(vault, eth, owner, account, 300);
                deposit(vault, btc, owner, account, 10);
            }
        }
        deposit(vault, usd, keys.signer(INSURANCE).address(), 0, INSURED);
        var relayer = keys.signer(RELAYER).address();
        fund(chain, relayer);
        fund(chain, keys.signer(WATCHER).address());
        deposit(vault, usd, relayer, 0, 1);
    }

    private void deposit(Address vault, Token token, Address owner, int account, long whole) {
        governor.call(
                vault,
                "depositFor",
                address(owner),
                new Uint64(new BigInteger(Long.toUnsignedString(token.asset().id()))),
                new Uint256(token.units(whole)),
                new Uint32(account));
    }

    private static org.web3j.abi.datatypes.Address address(Address address) {
        return new org.web3j.abi.datatypes.Address(address.hex());
    }
}
