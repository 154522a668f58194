package io.parley.clearing.greeks;

/**
 * The value of something and its slopes, in whole dollars. Everything adds up within one underlying; across underlyings
 * value, theta and rho do.
 *
 * @param value cash
 * @param delta in wholes of the underlying: change of value per 1 of spot, forwards moving in proportion
 * @param gamma change of delta per 1 of spot
 * @param vega change of value per 1.00 of volatility, all strikes alike
 * @param theta change of value per day that passes
 * @param rho change of value per 1.00 of the rate, forwards unchanged
 */
public record Greeks(double value, double delta, double gamma, double vega, double theta, double rho) {
    /** Nothing. */
    public static final Greeks ZERO = new Greeks(0, 0, 0, 0, 0, 0);

    /** {@return the sum} */
    public Greeks plus(Greeks other) {
        return new Greeks(
                value + other.value,
                delta + other.delta,
                gamma + other.gamma,
                vega + other.vega,
                theta + other.theta,
                rho + other.rho);
    }

    /** {@return these of so many wholes} */
    public Greeks times(double quantity) {
        return new Greeks(
                value * quantity,
                delta * quantity,
                gamma * quantity,
                vega * quantity,
                theta * quantity,
                rho * quantity);
    }
}
