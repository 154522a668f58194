package io.parley.relayer.infra.exit;

import io.parley.clearing.Account;
import io.parley.clearing.EscapeShares;
import io.parley.clearing.EscapeValue;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Wallet;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Deposit;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Signer;
import io.parley.protocol.Withdrawal;
import io.parley.relayer.infra.exit.ExitContracts.Registration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Leads accounts out of a market by the chain alone (docs/exit.md): says where things stand, and does all that can be done now.
 * It may be run as often as one likes, by anyone, and goes on from what the chain has. Blocking; may throw {@code RpcException}.
 */
public final class ExitDesk {

    private static final AssetId USD = AssetId.cash();

    private final Chain chain;
    private final RebuiltState state;
    private final Consumer<String> out;
    private final ExitContracts contracts;
    private final Address exit;
    private final Wallet wallet;
    private final SortedMap<Integer, Account> accounts;
    private final Map<Integer, EscapeValue> values = new TreeMap<>();

    /**
     * @param state as {@link StateRebuild} found it
     * @param key whose accounts are served, and who pays the gas
     * @param all whether everybody's accounts are served
     * @param out takes one line after the other
     */
    public ExitDesk(Chain chain, RebuiltState state, Signer key, boolean all, Consumer<String> out) {
        this.chain = chain;
        this.state = state;
        this.out = out;
        this.contracts = new ExitContracts(chain, state.vault());
        this.exit = contracts.exit();
        this.wallet = new Wallet(chain, key, "Vault", "Exit");
        var prices = state.price().map(price -> PriceContent.decode(price.content()));
        state.accounts().forEach((index, account) -> values.put(index, EscapeValue.of(account, prices)));
        this.accounts = new TreeMap<>(state.accounts());
        if (!all) {
            accounts.values().removeIf(account -> !account.owner().equals(key.address()));
        }
    }

    /** Says where the market and the accounts stand, and what they would get. Sends nothing. */
    public void show() {
        line("vault       %s on chain %d", state.vault(), chain.chainId());
        line(
                "state       batch %d is final, root %s",
                state.sequence(), state.root().hex());
        line("market      %s", standing());
        if (accounts.isEmpty()) {
            line("accounts    %s has none; every account of the market: --all", wallet.address());
            return;
        }
        var standing = contracts.standing(exit);
        boolean isClosed = standing.closedAt() != 0;
        var shares = isClosed ? standing.shares() : EscapeShares.at(available(), values.values());
        line(
                "cash        %s USD for claims of %s USD%s",
                Fixed8.format(shares.cash() + shares.left()),
                decimal(shares.claims()),
                isClosed ? "" : ", if every account is registered in time");
        var pools = pools();
        accounts.forEach((index, account) -> show(index, account, shares, pools, isClosed));
    }

    private void show(
            int index, Account account, EscapeShares shares, SortedMap<AssetId, Long> pools, boolean isClosed) {
        var value = value(index);
        line("account     %s/%d (index %d)", account.owner(), account.account(), index);
        line(
                "  worth     %s USD: %s cash, %s in derivatives",
                decimal(value.value()),
                Fixed8.format(account.cash()),
                decimal(value.value().subtract(BigInteger.valueOf(account.cash()))));
        value.kept().forEach((asset, units) -> line("  keeps     %s %s", Fixed8.format(units), name(asset)));
        value.forfeited()
                .forEach((asset, lost) -> line(
                        "  forfeits  %s %s for its debt, of it %s for who registers the account",
                        Fixed8.format(lost.units()), name(asset), Fixed8.format(lost.bounty())));
        if (value.claim() > 0) {
            showClaim(value.claim(), contracts.registration(exit, index), shares, pools, isClosed);
        }
    }

    private void showClaim(
            long claim, Registration noted, EscapeShares shares, SortedMap<AssetId, Long> pools, boolean isClosed) {
        if (noted.isLate()) {
            line("  claim     %s USD, came late and was served as far as cash was left", Fixed8.format(claim));
            return;
        }
        if (isClosed && !noted.isRegistered()) {
            line(
                    "  claim     %s USD, not registered: late, %s USD are left for it",
                    Fixed8.format(claim), Fixed8.format(shares.lateCashOf(claim)));
            return;
        }
        line(
                "  claim     %s USD, served with %s USD%s",
                Fixed8.format(claim),
                Fixed8.format(shares.cashOf(claim)),
                noted.isPaid() ? " (paid)" : noted.isRegistered() ? " (registered)" : "");
        pools.forEach((asset, units) -> {
            long share = shares.baseOf(units, claim);
            if (share > 0) {
                line("            and %s %s of what was forfeited", Fixed8.format(share), name(asset));
            }
        });
    }

    private EscapeValue value(int index) {
        return Objects.requireNonNull(values.get(index), "every account has a value");
    }

    private String standing() {
        long frozenAt = contracts.frozenAt();
        if (frozenAt == 0) {
            return freezable().orElse("runs; anyone may freeze it now");
        }
        var standing = contracts.standing(exit);
        if (standing.closedAt() != 0) {
            return "frozen at %s, exit closed at %s"
                    .formatted(Instant.ofEpochSecond(frozenAt), Instant.ofEpochSecond(standing.closedAt()));
        }
        return "frozen at %s; accounts register in time until %s at least"
                .formatted(
                        Instant.ofEpochSecond(frozenAt),
                        Instant.ofEpochSecond(frozenAt + contracts.registrationPeriod(exit)));
    }

    /** Why the market cannot be frozen now; empty if it can. */
    private Optional<String> freezable() {
        var market = contracts.market();
        if (market.queueCursor() == market.queueLength()) {
            return Optional.of("""
                    runs, and all %d queue entries are served: it cannot be frozen. \
                    Who is not served queues something first, a deposit or a key""".formatted(market.queueLength()));
        }
        long age = chain.time() - contracts.queuedAt(market.queueCursor());
        long needed = contracts.freezeAfter();
        return age > needed
                ? Optional.empty()
                : Optional.of("""
                        runs; queue entry %d, the oldest of %d that wait, is %s old. \
                        Anyone may freeze the market in %s, if it is not served until then""".formatted(
                                market.queueCursor(),
                                market.queueLength() - market.queueCursor(),
                                time(age),
                                time(needed - age + 1)));
    }

    /**
     * Does all that can be done now, in order: freeze, refunds, withdrawals, registration, close, claims.
     *
     * @param mayFreeze whether the market is stopped if it can be, which is for good and for everybody
     * @return whether the accounts have had all they will get; if not, what is missing was said
     */
    public boolean advance(boolean mayFreeze) {
        if (contracts.frozenAt() == 0 && !freeze(mayFreeze)) {
            return false;
        }
        if (!contracts.market().finalRoot().equals(state.root())) {
            line("state       another batch became final meanwhile: run the command again");
            return false;
        }
        refund();
        pay();
        register();
        if (contracts.standing(exit).closedAt() == 0 && !close()) {
            return false;
        }
        claim();
        claimForfeited();
        claimOwed();
        return true;
    }

    private boolean freeze(boolean mayFreeze) {
        var obstacle = freezable();
        if (obstacle.isPresent()) {
            line("freeze      not yet: the market %s", obstacle.get());
            return false;
        }
        if (!mayFreeze) {
            line(
                    "freeze      possible now, but nobody asked for it: with --freeze the market stops, for good and for all");
            return false;
        }
        send("freeze", "the market stops", state.vault(), ExitContracts.encode("freeze"));
        return true;
    }

    private void refund() {
        long walked = contracts.standing(exit).walked();
        var rest = state.queue().subList(Math.toIntExact(walked), state.queue().size());
        if (!rest.isEmpty()) {
            sendAll("refund", count(rest.size(), "queue entries", "queue entry"), exit, ExitCalls.refund(rest));
        }
    }

    private void pay() {
        for (var batch : unpaid().entrySet()) {
            sendAll(
                    "pay",
                    "%s of batch %d"
                            .formatted(count(batch.getValue().size(), "withdrawals", "withdrawal"), batch.getKey()),
                    state.vault(),
                    ExitCalls.pay(batch.getKey(), batch.getValue()));
        }
    }

    /** The withdrawals of final batches that follow the last paid one. */
    private SortedMap<Long, List<Withdrawal>> unpaid() {
        var paid = contracts.paidHash();
        var unpaid = new TreeMap<Long, List<Withdrawal>>();
        var hash = Bytes32.ZERO;
        boolean isPaid = !hash.equals(paid);
        for (var batch : state.withdrawals().entrySet()) {
            for (var withdrawal : batch.getValue()) {
                hash = withdrawal.appendTo(hash);
                if (!isPaid) {
                    unpaid.computeIfAbsent(batch.getKey(), sequence -> new ArrayList<>())
                            .add(withdrawal);
                }
                isPaid &= !hash.equals(paid);
            }
        }
        return unpaid;
    }

    private void register() {
        var missing = accounts.keySet().stream()
                .filter(index -> value(index).matters()
                        && !contracts.registration(exit, index).isRegistered())
                .toList();
        if (!missing.isEmpty()) {
            sendAll("register", count(missing.size(), "accounts", "account"), exit, ExitCalls.register(state, missing));
        }
    }

    private boolean close() {
        long left = contracts.frozenAt() + contracts.registrationPeriod(exit) - chain.time();
        if (left > 0) {
            line("close       not yet: accounts may register for %s more; then run the command again", time(left));
            return false;
        }
        send("close", "what each claim gets is fixed", exit, ExitContracts.encode("close"));
        return true;
    }

    private void claim() {
        var due = accounts.keySet().stream()
                .filter(index -> {
                    var noted = contracts.registration(exit, index);
                    return noted.claim() > 0 && !noted.isPaid();
                })
                .toList();
        if (!due.isEmpty()) {
            sendAll("claim", "cash of " + count(due.size(), "accounts", "account"), exit, ExitCalls.claim(due));
        }
    }

    private void claimForfeited() {
        var shares = contracts.standing(exit).shares();
        pools().forEach((asset, units) -> {
            var due = accounts.keySet().stream()
                    .filter(index -> {
                        Registration noted = contracts.registration(exit, index);
                        return !noted.isLate()
                                && shares.baseOf(units, noted.claim()) > 0
                                && !contracts.hadForfeited(exit, asset, index);
                    })
                    .toList();
            if (!due.isEmpty()) {
                sendAll(
                        "claim",
                        "forfeited %s for %s".formatted(name(asset), count(due.size(), "accounts", "account")),
                        exit,
                        ExitCalls.claimForfeited(asset, due));
            }
        });
    }

    /** Tries once more what a token refused. */
    private void claimOwed() {
        for (var owner :
                accounts.values().stream().map(Account::owner).distinct().toList()) {
            for (var listed : state.ledger().listings().all()) {
                long owed = contracts.owed(listed.asset(), owner);
                if (owed == 0) {
                    continue;
                }
                var known = contracts.listing(listed.asset());
                if (owed >= known.unit() && !known.token().equals(Address.ZERO)) {
                    send(
                            "claim",
                            "what is owed to " + owner,
                            state.vault(),
                            ExitCalls.claimOwed(listed.asset(), owner));
                    owed = contracts.owed(listed.asset(), owner);
                }
                if (owed > 0) {
                    line(
                            "owed        %s %s to %s: %s",
                            Fixed8.format(owed),
                            listed.name(),
                            owner,
                            owed < known.unit()
                                    ? "less than the token's smallest unit"
                                    : "the token refuses the transfer");
                }
            }
        }
    }

    /** What is forfeited of each asset: before the close if every account is registered in time, then as it came. */
    private SortedMap<AssetId, Long> pools() {
        var pools = new TreeMap<AssetId, Long>();
        values.values()
                .forEach(value ->
                        value.forfeited().forEach((asset, lost) -> pools.merge(asset, lost.pooled(), Long::sum)));
        if (contracts.standing(exit).closedAt() != 0) {
            pools.replaceAll((asset, expected) -> contracts.pool(exit, asset));
        }
        return pools;
    }

    /** Cash that will serve claims: what the vault holds less what is owed, to be refunded and to be paid. */
    private long available() {
        long cash = contracts.listing(USD).claims() - contracts.totalOwed(USD);
        long walked = contracts.standing(exit).walked();
        for (var entry :
                state.queue().subList(Math.toIntExact(walked), state.queue().size())) {
            if (Command.decode(entry) instanceof Deposit deposit
                    && deposit.asset().isCash()) {
                cash -= deposit.amount();
            }
        }
        for (var batch : unpaid().values()) {
            for (var withdrawal : batch) {
                cash -= withdrawal.asset().isCash() ? withdrawal.amount() : 0;
            }
        }
        return cash;
    }

    private void sendAll(String what, String text, Address to, List<String> calls) {
        for (int i = 0; i < calls.size(); i++) {
            send(
                    what,
                    calls.size() == 1 ? text : "%s, part %d of %d".formatted(text, i + 1, calls.size()),
                    to,
                    calls.get(i));
        }
    }

    private void send(String what, String text, Address to, String data) {
        var receipt = wallet.send(to, data);
        line("%-11s %s: %s, %d gas", what, text, receipt.transaction().hex(), receipt.gasUsed());
    }

    private String name(AssetId asset) {
        return state.ledger()
                .listings()
                .listing(asset)
                .map(listed -> listed.name())
                .orElse("" + asset);
    }

    private static String count(int n, String many, String one) {
        return n + " " + (n == 1 ? one : many);
    }

    private static String decimal(BigInteger units) {
        var text = new BigDecimal(units, 8).stripTrailingZeros();
        return (text.scale() < 0 ? text.setScale(0) : text).toPlainString();
    }

    private static String time(long seconds) {
        var duration = Duration.ofSeconds(seconds);
        if (duration.toDays() > 0) {
            return "%d d %d h".formatted(duration.toDays(), duration.toHoursPart());
        }
        return duration.toHours() > 0
                ? "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart())
                : "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart());
    }

    private void line(String text, Object... arguments) {
        out.accept(String.format(Locale.ROOT, text, arguments));
    }
}
