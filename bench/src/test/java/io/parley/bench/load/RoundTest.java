package io.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RoundTest {

    private static final long START = 1_000_000;
    private static final long ENDED = START + 10_000;
    private static final long LOOKED = START + 20_000;

    /** Due at the start; then so many milliseconds in each stage that it passed. */
    private static Times life(long... stages) {
        var passed = new OptionalLong[Point.values().length];
        Arrays.fill(passed, OptionalLong.empty());
        long at = START;
        passed[0] = OptionalLong.of(at);
        for (int i = 0; i < stages.length; i++) {
            at += stages[i];
            passed[i + 1] = OptionalLong.of(at);
        }
        return new Times(passed, 100);
    }

    private static Round round(int rate, List<Times> lives) {
        return new Round(rate, 10, lives, ENDED, LOOKED, new Round.Cores(0, 0, 0, 0));
    }

    private static List<Times> of(int count, Times life) {
        return Collections.nCopies(count, life);
    }

    private static List<Times> mixed(List<Times> some, List<Times> others) {
        var all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    @Test
    void theTimeToCleared_countsFromWhenItWasDue_andCanLeaveOutTheWindow() {
        var round = round(10, of(100, life(5, 20, 0, 100, 10, 5, 1, 9, 700)));
        assertThat(round.percentile(50, Point.CLEARED)).hasValue(150);
        assertThat(round.percentile(50, Point.CLEARED, life -> life.untilWithoutWindow(Point.CLEARED)))
                .hasValue(50);
        assertThat(round.percentile(99, Point.FINAL)).hasValue(850);
    }

    @Test
    void clocksThatDisagreeByAMillisecond_neverMakeAStageNegative() {
        var passed = new OptionalLong[Point.values().length];
        Arrays.fill(passed, OptionalLong.empty());
        passed[Point.DUE.ordinal()] = OptionalLong.of(START);
        passed[Point.ACKNOWLEDGED.ordinal()] = OptionalLong.of(START + 5);
        passed[Point.OPENED.ordinal()] = OptionalLong.of(START + 4);
        var life = new Times(passed, 0);
        assertThat(life.in(Point.OPENED, LOOKED)).hasValue(0);
    }

    @Test
    void oneThatIsStuck_hasBeenInItsStageUntilNow_andInNoneAfterIt() {
        var life = life(5, 20, 0, 100);
        assertThat(life.in(Point.SCREENED, LOOKED)).hasValue(20_000 - 125);
        assertThat(life.in(Point.CLOSED, LOOKED)).isEmpty();
        assertThat(life.has(Point.CLEARED)).isFalse();
    }

    @Test
    void whatClearsLongAfterTheLastWasDue_hasNotKeptPace() {
        var quick = life(5, 20, 0, 100, 10, 5, 1, 9);
        var slow = life(5, 20, 11_500, 100, 10, 5, 1, 9);
        assertThat(round(10, mixed(of(90, quick), of(10, slow))).saturated()).isFalse();
        var round = round(10, mixed(of(89, quick), of(11, slow)));
        assertThat(round.saturated()).isTrue();
        assertThat(round.passed(Point.CLEARED)).isEqualTo(100);
        assertThat(round.perSecond(Point.CLEARED)).isEqualTo(8.9);
    }

    @Test
    void theStageThatGrewMost_isNamed_evenIfAnotherIsLonger() {
        var calm = round(20, of(100, life(5, 20, 0, 100, 10, 5, 1, 9)));
        var busy = round(400, of(100, life(15, 40, 0, 105, 95, 15, 1, 30)));
        assertThat(busy.grownMost(calm)).isEqualTo(Point.SCREENED);
        assertThat(LoadReport.verdict(List.of(calm, busy)))
                .isEqualTo("It kept pace up to 400/s, the highest rate offered."
                        + " The stage that grew most is screening (median 10 to 95 ms).");
    }

    @Test
    void whereMostAreStuck_isTheStageThatGrewMost() {
        var calm = round(20, of(100, life(5, 20, 0, 100, 10, 5, 1, 9)));
        var stuck = round(400, mixed(of(40, life(5, 20, 0, 100, 10, 5, 1, 9)), of(60, life(5))));
        assertThat(stuck.grownMost(calm)).isEqualTo(Point.OPENED);
        assertThat(stuck.firstShort()).hasValue(Point.OPENED);
        assertThat(LoadReport.verdict(List.of(calm, stuck)))
                .isEqualTo("It kept pace up to 20/s; at 400/s it cleared 4/s."
                        + " The stage that grew most is gathering (median 20 to 19995 ms);"
                        + " the first that let less than nine in ten pass in time is gathering.");
    }

    @Test
    void settlement_isBehindTheMarket_andIsNeverNamed() {
        var calm = round(20, of(100, life(5, 20, 0, 100, 10, 5, 1, 9, 500)));
        var busy = round(400, of(100, life(6, 20, 0, 100, 10, 5, 1, 9, 9_000)));
        assertThat(busy.grownMost(calm)).isEqualTo(Point.ACKNOWLEDGED);
    }

    @Test
    void aSingleRound_namesItsLongestStageButTheWindow() {
        var round = round(20, of(100, life(5, 20, 0, 100, 10, 5, 1, 9)));
        assertThat(LoadReport.verdict(List.of(round))).contains("The longest stage is gathering (median 20 ms)");
    }
}
