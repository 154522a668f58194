/**
 * What a demo feeder knows: a market that is a pure function of a seed and the time, and when to sign a price.
 *
 * <p>Doubles quote here and decide nothing: what feeders sign, and what margins are computed from, are the integers
 * that they are rounded to. All of it goes through {@link java.lang.StrictMath}, so that every feeder on every machine
 * arrives at the same integers.
 */
@NullMarked
package io.parley.risk.feeder.domain;

import org.jspecify.annotations.NullMarked;
