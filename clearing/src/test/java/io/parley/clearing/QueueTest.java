package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.asset;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.RELAYER;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Withdrawal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the contract's queue brings, and what owners do with their own accounts. */
class QueueTest {
    @Test
    void firstDeposit_makesTheAccount_laterOnesAddToIt() {
        var market = market().account(ALICE, "100 USD");
        assertThat(market.of(ALICE).cash()).isEqualTo(Fixed8.parse("100"));
        assertThat(market.of(ALICE).owner()).isEqualTo(ALICE.address());

        market.account(ALICE, "0.5 USD", "2 ETH", "1 ETH");
        assertThat(market.holds(ALICE, "USD")).isEqualTo("100.5");
        assertThat(market.holds(ALICE, "ETH")).isEqualTo("3");
        assertThat(market.ledger().accounts()).isEqualTo(1);
    }

    @Test
    void firstEntryOfAll_mayMakeTheFirstAccount() {
        var market = Market.bare();
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), 5));
        assertThat(market.ledger().index(ALICE.address(), 0)).hasValue(1);
        assertThat(market.of(ALICE).cash()).isEqualTo(5);
    }

    @Test
    void everyEntry_advancesTheQueue_andItsHash() {
        var market = market().account(BOB, "1 USD");
        Bytes32 before = market.ledger().global().queueHash();
        long cursor = market.ledger().global().queueCursor();
        var deposit = market.deposit(ALICE, 0, AssetId.cash(), 5);

        market.applied(deposit);

        assertThat(market.ledger().global().queueCursor()).isEqualTo(cursor + 1);
        assertThat(market.ledger().global().queueHash())
                .isEqualTo(Keccak256.hash(before, Keccak256.hash(deposit.encode())));
    }

    @Test
    void depositThatTheAccountCannotHold_goesBackToWhoPaid() {
        var market = market().account(ALICE, "1 USD", "1 ETH");
        for (int i = 0; i < 63; i++) {
            market.applied(market.deposit(ALICE, 0, AssetId.spot(100 + i), 1));
        }
        Account before = market.of(ALICE);

        sentBack(market, market.deposit(ALICE, 0, AssetId.spot(99), 7), 7);
        sentBack(market, market.deposit(ALICE, 0, AssetId.cash(), 0), 0);
        sentBack(market, market.deposit(ALICE, 0, AssetId.cash(), Fixed8.LIMIT), Fixed8.LIMIT);

        assertThat(market.of(ALICE)).isEqualTo(before);
        // A position that is there takes more, full or not.
        market.account(ALICE, "1 ETH");
        assertThat(market.holds(ALICE, "ETH")).isEqualTo("2");
        market.settle();
    }

    @Test
    void depositBeyondInt64_goesBack_oneUnitLessDoesNot() {
        var market = market();
        long most = Fixed8.LIMIT - 1;
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), most));
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), most));
        // 2^63 - 2 are there; one more fits, two do not.
        sentBack(market, market.deposit(ALICE, 0, AssetId.cash(), 2), 2);
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), 1));
        assertThat(market.of(ALICE).cash()).isEqualTo(Long.MAX_VALUE);
        sentBack(market, market.deposit(ALICE, 0, AssetId.cash(), 1), 1);
        market.settle();
    }

    @Test
    void invalidFirstDeposit_makesNoAccount() {
        var market = market();
        sentBack(market, market.deposit(ALICE, 0, AssetId.cash(), 0), 0);
        assertThat(market.ledger().account(ALICE.address(), 0)).isEmpty();
        market.account(ALICE, "1 USD");
        market.settle();
    }

    private static void sentBack(Market market, Deposit deposit, long amount) {
        var before = market.ledger().global();
        var applied = market.applied(deposit);
        var withdrawal = new Withdrawal(deposit.asset(), deposit.from(), amount);
        assertThat(applied.noop()).isTrue();
        assertThat(applied.touched()).isEmpty();
        assertThat(applied.withdrawals()).containsExactly(withdrawal);
        assertThat(market.ledger().global().withdrawals()).isEqualTo(before.withdrawals() + 1);
        assertThat(market.ledger().global().withdrawalHash()).isEqualTo(withdrawal.appendTo(before.withdrawalHash()));
    }

    @Test
    void feeCredit_comesOutOfThePot_orStaysInIt() {
        var market =
                market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH").account(BOB, "1 USD");
        market.applied(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000").maxFee("1"), 1, "-3000", "1"));

        assertThat(market.applied(market.creditFee(BOB, "1.00000001")).noop()).isTrue();
        assertThat(market.applied(new CreditFee(market.queued(), 0, RELAYER.address(), 0, 1))
                        .noop())
                .isTrue();
        assertThat(market.ledger().global().fees()).isEqualTo(Fixed8.ONE);

        assertThat(market.applied(market.creditFee(BOB, "0.4")).noop()).isFalse();
        assertThat(market.holds(BOB, "USD")).isEqualTo("1.4");
        assertThat(market.ledger().global().fees()).isEqualTo(Fixed8.parse("0.6"));
        assertThat(market.applied(market.creditFee(BOB, "0.6")).noop()).isFalse();
        assertThat(market.ledger().global().fees()).isZero();
        assertThat(market.ledger().global().feesTotal()).isEqualTo(Fixed8.ONE);
        market.settle();
    }

    @Test
    void feeCreditBeyondInt64_staysInThePot() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");
        market.applied(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000").maxFee("1"), 1, "-3000", "1"));
        for (long amount : new long[] {Fixed8.LIMIT - 1, Fixed8.LIMIT - 1}) {
            market.applied(market.deposit(BOB, 0, AssetId.cash(), amount));
        }

        assertThat(market.applied(market.creditFee(BOB, "0.00000002")).noop()).isTrue();
        assertThat(market.applied(market.creditFee(BOB, "0.00000001")).noop()).isFalse();
        assertThat(market.applied(market.creditFee(BOB, "0.00000001")).noop()).isTrue();

        assertThat(market.of(BOB).cash()).isEqualTo(Long.MAX_VALUE);
        assertThat(market.ledger().global().fees()).isEqualTo(Fixed8.ONE - 1);
        market.settle();
    }

    @Test
    void keyRegisteredAgain_hasItsNewScope_andNoOther() {
        var market = market().account(ALICE, "3100 USD");
        market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, Market.LATER));
        assertThat(market.ledger().scopeOf(ALICE.address(), 0, SESSION.address()))
                .isEqualTo(RegisterKey.INTENTS);

        market.applied(new RegisterKey(
                market.queued(), 0, ALICE.address(), 0, SESSION.address(), RegisterKey.CANCEL, Market.LATER));
        assertThat(market.ledger().scopeOf(ALICE.address(), 0, SESSION.address()))
                .isEqualTo(RegisterKey.CANCEL);

        market.applied(new RegisterKey(market.queued(), 0, ALICE.address(), 0, SESSION.address(), 15, market.now()));
        assertThat(market.ledger().scopeOf(ALICE.address(), 0, SESSION.address()))
                .as("its last second")
                .isEqualTo(15);
        market.tick();
        assertThat(market.ledger().scopeOf(ALICE.address(), 0, SESSION.address()))
                .as("an expiry that has passed revokes")
                .isZero();
        market.settle();
    }

    @Test
    void parametersThatCannotBeRead_doNotStopTheQueue_butTradesUntilGoodOnesFollow() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");
        market.applied(new SetParameters(market.queued(), SetParameters.MARGIN, Blob.of(new byte[] {9})));
        assertThat(market.ledger().hasParameters()).isFalse();
        assertThat(market.screen(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000"))))
                .isInstanceOf(Screened.Refused.class);

        market.parameters(MarginParameters.demo()).tick();

        assertThat(market.screen(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000"))))
                .isInstanceOf(Screened.Passed.class);
        assertThat(market.ledger().global().paramsHash())
                .isEqualTo(MarginParameters.demo().hash());
    }

    @Test
    void withdrawal_leavesTheAccount_andIsOnTheListOfTheVault() {
        var market = market().account(ALICE, "100 USD", "2 ETH");

        var cash = market.applied(market.withdraw(ALICE, "30 USD", 0));
        var ether = market.applied(market.withdraw(ALICE, "2 ETH", 1));

        assertThat(market.holds(ALICE, "USD")).isEqualTo("70");
        assertThat(market.of(ALICE).positions()).isEmpty();
        assertThat(cash.withdrawals())
                .containsExactly(new Withdrawal(AssetId.cash(), ALICE.address(), Fixed8.parse("30")));
        assertThat(ether.withdrawals())
                .containsExactly(new Withdrawal(asset("ETH"), ALICE.address(), Fixed8.parse("2")));
        assertThat(market.ledger().global().withdrawals()).isEqualTo(2);
        assertThat(market.settle().getLast().withdrawals()).hasSize(2);
    }

    @Test
    void cancelOfANonce_closesTheIntentThatHasUsedIt() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        var offer = intent().by(ALICE).gets("4 ETH").pays("12000").parts(4).nonce(3);
        market.applied(bid().fills(offer, 1, "-3000", "0"));

        market.applied(market.cancel(ALICE, Cancel.ONE, 3));

        assertThat(market.of(ALICE).partials()).isEmpty();
        assertThat(market.screen(bid().fills(offer, 1, "-3000", "0"))).isInstanceOf(Screened.Refused.class);
        market.settle();
    }

    @Test
    void cancelBelow_closesTheLane_andLeavesOtherLanesAlone() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        long otherLane = NonceLanes.nonce(2, 1);
        var low = intent().by(ALICE).gets("1 ETH").pays("3000").parts(2).nonce(1);
        var high = intent().by(ALICE).gets("1 ETH").pays("3000").parts(2).nonce(7);
        var other = intent().by(ALICE).gets("1 ETH").pays("3000").parts(2).nonce(otherLane);
        for (Offer offer : List.of(low, high, other)) {
            market.applied(bid().fills(offer, 1, "-1500", "0"));
        }

        for (long below : new long[] {5, 7}) {
            market.applied(market.cancel(ALICE, Cancel.BELOW, below));
            assertThat(market.of(ALICE).partials())
                    .extracting(PartialFill::nonce)
                    .containsExactly(7L, otherLane);
        }
        assertThat(market.of(ALICE).nonces().base(0)).as("7 is used").isEqualTo(8);
        assertThat(market.of(ALICE).nonces().isUnused(6)).isFalse();
        assertThat(market.of(ALICE).nonces().isUnused(8)).isTrue();
        market.settle();
    }

    @Test
    void cancelAll_closesEverythingSignedSoFar() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        market.applied(bid().fills(
                        intent().by(ALICE).gets("1 ETH").pays("3000").parts(2).nonce(1), 1, "-1500", "0"));

        market.applied(market.cancel(ALICE, Cancel.ALL, 0));

        assertThat(market.of(ALICE).partials()).isEmpty();
        for (int lane = 0; lane < NonceLanes.LANES; lane++) {
            assertThat(market.of(ALICE).nonces().isUnused(NonceLanes.nonce(lane, 63)))
                    .isFalse();
            assertThat(market.of(ALICE).nonces().isUnused(NonceLanes.nonce(lane, 64)))
                    .isTrue();
        }
        market.settle();
    }
}
