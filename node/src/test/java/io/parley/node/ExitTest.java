package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.Account;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.devnet.deployment.ExitTerms;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.cli.Parley;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator is gone and only the chain is left: every account gets out by the command line, and the vault keeps what
 * rounding and the pots explain. What everybody is to get is worked out here once more, from docs/exit.md.
 */
class ExitTest {

    private static final ExitTerms TERMS = new ExitTerms(Duration.ofHours(3), Duration.ofHours(2), Duration.ofHours(1));
    private static final String RESCUER = "rescuer";

    /** ETH falls to this between the trades and the end. */
    private static final long LAST_PRICE = 1_500;

    private static final long LAST_MARK = 1_234_567_891;
    private static final PriceContent LAST = SettledMarket.content(LAST_PRICE, LAST_MARK);

    @TempDir
    Path folder;

    private SettledMarket market;
    private AssetId call;

    @BeforeEach
    void aMarketThatLostItsOperator() {
        market = new SettledMarket(folder, TERMS);
        call = DemoMarket.listings().stream()
                .map(DemoMarket.Listed::asset)
                .filter(asset -> asset.kind() == AssetKind.CALL)
                .findFirst()
                .orElseThrow();
        deposit("carol", 1, AssetId.spot(DemoMarket.ETH), "ETH", 2);
        deposit("bob", 1, AssetId.cash(), "USD", 1_000);
        deposit("bob", 1, AssetId.spot(DemoMarket.ETH), "ETH", 3);
        market.drainQueue().price(SettledMarket.NOW, 3_000, 100 * Fixed8.ONE).settleAll();
        // Carol's small account will owe more than its two ether are worth, Bob's less than its three.
        market.trade("carol", 1, SettledMarket.PERP, 10 * Fixed8.ONE, -30_000 * Fixed8.ONE)
                .trade("bob", 1, SettledMarket.PERP, 2 * Fixed8.ONE, -6_000 * Fixed8.ONE)
                .trade("alice", 0, call, Fixed8.ONE / 3, -40 * Fixed8.ONE)
                .trade("bob", 0, SettledMarket.ETH, Fixed8.ONE / 7, -430 * Fixed8.ONE)
                .price(SettledMarket.NOW + 1, LAST_PRICE, LAST_MARK)
                .withdraw("carol", AssetId.cash(), 123 * Fixed8.ONE)
                .withdraw("alice", AssetId.spot(DemoMarket.ETH), Fixed8.ONE)
                .price(SettledMarket.NOW + 2, 2_000, LAST_MARK)
                .settleAll();
        MarketDeployment.fund(market.chain(), market.address(RESCUER));
        MarketDeployment.fund(market.chain(), market.address("alice"));
    }

    @AfterEach
    void stop() {
        market.close();
    }

    @Test
    void everyAccountGetsOut_byTheCommandLine_andTheVaultKeepsWhatRoundingExplains() {
        deposit("alice", 0, AssetId.cash(), "USD", 77);
        var finalAccounts = new TreeMap<>(market.accountsAtClose());
        var expected = new ExpectedExit(
                finalAccounts,
                market.ledger().global().insurance() + market.ledger().global().fees(),
                LAST);
        var before = balances(finalAccounts);
        long refunds = 77 * Fixed8.ONE;
        long withdrawn = 123 * Fixed8.ONE;
        assertThat(market.held(AssetId.cash())).isEqualTo(expected.available() + refunds + withdrawn);

        // Before anything is possible, it says what is missing.
        var early = exit(RESCUER, "--all");
        assertThat(early.code).isEqualTo(1);
        assertThat(early.text)
                .contains("forfeits  2 ETH", "forfeits  1.3334 ETH", "freeze      not yet", "in 3 h 0 min");

        market.passes(TERMS.freezeAfter().toSeconds() + 1);
        var asked = exit(RESCUER, "--all");
        assertThat(asked.code).isEqualTo(1);
        assertThat(asked.text).contains("possible now, but nobody asked for it").doesNotContain(" gas");
        var frozen = exit(RESCUER, "--all", "--freeze");
        assertThat(frozen.code).isEqualTo(1);
        assertThat(frozen.text)
                .contains(
                        "the market stops",
                        "queue entries",
                        "2 withdrawals of batch 3",
                        "accounts:",
                        "close       not yet: accounts may register for");

        market.passes(TERMS.registrationPeriod().toSeconds());
        var done = exit(RESCUER, "--all");
        assertThat(done.code).isZero();
        assertThat(done.text).contains("what each claim gets is fixed", "cash of", "forfeited ETH for");

        var after = balances(finalAccounts);
        var owners = finalAccounts.values().stream().map(Account::owner).collect(Collectors.toSet());
        long cents = 0;
        for (var owner : owners) {
            long cash = expected.paid(owner, AssetId.cash()) + (owner.equals(market.address("carol")) ? withdrawn : 0);
            cents += cash % 100;
            assertThat(change(before, after, "USD", owner))
                    .as("USD of %s", owner)
                    .isEqualTo(BigInteger.valueOf(cash / 100));
            long ether =
                    expected.paid(owner, SettledMarket.ETH) + (owner.equals(market.address("alice")) ? Fixed8.ONE : 0);
            assertThat(change(before, after, "ETH", owner))
                    .as("ETH of %s", owner)
                    .isEqualTo(BigInteger.valueOf(ether).multiply(BigInteger.TEN.pow(10)));
        }
        assertThat(market.balance("ETH", market.address(RESCUER)))
                .as("the bounty")
                .isEqualTo(
                        BigInteger.valueOf(expected.bounty(SettledMarket.ETH)).multiply(BigInteger.TEN.pow(10)));

        // What stays: a part of a cent per owner, less than one unit per claim, and nothing else.
        assertThat(market.totalOwed(AssetId.cash())).isEqualTo(cents);
        assertThat(market.held(AssetId.cash())).isEqualTo(expected.dust(AssetId.cash()) + cents);
        assertThat(expected.dust(AssetId.cash())).isLessThan(finalAccounts.size());
        assertThat(market.held(SettledMarket.ETH))
                .isEqualTo(expected.dust(SettledMarket.ETH))
                .isLessThan(finalAccounts.size());
        assertThat(market.held(AssetId.spot(DemoMarket.BTC))).isZero();
        assertThat(market.balance("USD", market.vault()))
                .isEqualTo(BigInteger.valueOf((expected.dust(AssetId.cash()) + cents) / 100));
        assertThat(market.balance("BTC", market.vault())).isZero();

        // Nothing more is to be had.
        assertThat(exit(RESCUER, "--all").text).doesNotContain(" gas");
    }

    @Test
    void anOwnerAloneGetsOut_andSeesBeforehandWhatItGets() {
        market.drainQueue().price(SettledMarket.NOW + 3, 2_000, LAST_MARK).settleAll();
        var shown = exit("alice", "--show");
        assertThat(shown.code).isZero();
        assertThat(shown.text)
                .contains("all 60 queue entries are served"
                        .replace("60", "" + market.ledger().global().queueCursor()))
                .contains("keeps     49 ETH", "keeps     1 BTC", "claim     ");
        assertThat(exit("alice").code).isEqualTo(1);

        deposit("alice", 0, AssetId.cash(), "USD", 1);
        market.passes(TERMS.freezeAfter().toSeconds() + 1);
        assertThat(exit("alice", "--freeze").text).contains("the market stops", "register    1 account:");
        market.passes(TERMS.registrationPeriod().toSeconds());
        var owner = market.address("alice");
        var before = market.balance("USD", owner);
        assertThat(exit("alice").code).isZero();

        // She alone came in time, and her claim is covered.
        long claim = new ExpectedExit(market.accountsAtClose(), 0, LAST).claim(owner);
        assertThat(market.balance("USD", owner).subtract(before)).isEqualTo(BigInteger.valueOf(claim / 100));
        assertThat(market.balance("ETH", owner))
                .isEqualTo(BigInteger.valueOf(50).multiply(BigInteger.TEN.pow(18)));

        // Who comes late has its base, and what cash is left.
        var late = exit(RESCUER, "--all");
        assertThat(late.code).isZero();
        assertThat(late.text).contains("(paid)", "not registered: late");
        assertThat(market.balance("BTC", market.vault())).isZero();
    }

    private Map<String, BigInteger> balances(TreeMap<Integer, Account> accounts) {
        var balances = new HashMap<String, BigInteger>();
        for (var account : accounts.values()) {
            for (var token : List.of("USD", "ETH")) {
                balances.put(token + account.owner(), market.balance(token, account.owner()));
            }
        }
        return balances;
    }

    private static BigInteger change(
            Map<String, BigInteger> before, Map<String, BigInteger> after, String token, Address owner) {
        return after.get(token + owner).subtract(before.get(token + owner));
    }

    private void deposit(String owner, int account, AssetId asset, String name, long whole) {
        MarketDeployment.deposit(
                market.chain(), market.keys(), market.deployment(), market.address(owner), account, asset, name, whole);
    }

    private record Run(int code, String text) {}

    private Run exit(String key, String... options) {
        var out = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            var arguments = new ArrayList<>(List.of(
                    "exit",
                    "--rpc",
                    market.rpc(),
                    "--vault",
                    market.vault().hex(),
                    "--key",
                    market.keys().file(key).toString()));
            arguments.addAll(List.of(options));
            int code = Parley.run(arguments.toArray(String[]::new));
            return new Run(code, out.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
            System.out.println(out.toString(StandardCharsets.UTF_8));
        }
    }
}
