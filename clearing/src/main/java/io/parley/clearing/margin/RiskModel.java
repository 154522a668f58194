package io.parley.clearing.margin;

import io.parley.clearing.Margin;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.StandardMargin;
import io.parley.protocol.Reason;

/**
 * The margin of any portfolio in any market under any parameters, with everything behind it: what decides about accounts,
 * open to be tried.
 *
 * <pre>{@code
 * var call = AssetId.option(1, LocalDate.of(2026, 3, 27), true, Fixed8.parse("3200"));
 * var march = new MarketSnapshot.Expiry(call.expiryDay(), Fixed8.parse("3000"), 0,
 *     new Smile.Vols(Map.of(call.strike(), Fixed8.parse("0.6"))));
 * var eth = new MarketSnapshot.Underlying(
 *     1, Fixed8.parse("3000"), Fixed8.ONE, 0, Fixed8.parse("3000"), List.of(march));
 * var market = new MarketSnapshot(now, Fixed8.ONE, List.of(eth));
 *
 * var model = RiskModel.published().with(PortfolioParameters.published().with(otherScenarios));
 * var assessment = model.assess(
 *     Portfolio.ofCash("1000").with("-1", call).with("0.5", AssetId.perp(1)), market, MarginMode.PORTFOLIO);
 * assessment.margin().netInitial();                          // cash units of 1e-8, below zero is too little
 * assessment.underlying(1).orElseThrow().worstChange();      // in the worst scenario
 * }</pre>
 *
 * <p>Safe for threads.
 *
 * @param standard parameters of the standard and the isolated mode
 * @param portfolio parameters of the portfolio mode, and the scenarios of all modes
 */
public record RiskModel(MarginParameters standard, PortfolioParameters portfolio) {

    /** With the published parameters. */
    public static RiskModel published() {
        return new RiskModel(MarginParameters.demo(), PortfolioParameters.published());
    }

    /** The same with other parameters for the standard mode. */
    public RiskModel with(MarginParameters parameters) {
        return new RiskModel(parameters, portfolio);
    }

    /** The same with other parameters for the portfolio mode. */
    public RiskModel with(PortfolioParameters parameters) {
        return new RiskModel(standard, parameters);
    }

    /**
     * Value, requirements and scenarios of a portfolio.
     *
     * @throws MarginUnavailable NO_PRICE if the market does not price a position, OVERFLOW if a value leaves int64,
     *     ISOLATED_UNDERLYING if an isolated portfolio holds more than one underlying
     */
    public Assessment assess(Portfolio held, MarketSnapshot market, MarginMode mode) {
        Instruments instruments = Instruments.of(held.positions().keySet());
        Columns columns;
        try {
            columns = Columns.of(market, portfolio, instruments);
        } catch (ArithmeticException e) {
            throw new MarginUnavailable(
                    Reason.OVERFLOW, "a value leaves the 64-bit range: %s".formatted(e.getMessage()));
        }
        Assessment scenarios = new PortfolioMargin(portfolio).assess(Book.of(instruments, held.holdings()), columns);
        if (mode == MarginMode.PORTFOLIO) {
            return scenarios;
        }
        Margin margin = StandardMargin.evaluate(held.holdings(mode.code()), columns.content(), standard, market.time());
        return new Assessment(mode, margin, scenarios.underlyings());
    }
}
