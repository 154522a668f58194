/**
 * The role solver: hosts solvers written against {@link io.parley.protocol.spi.Solver} and carries their bids. It meets
 * the other roles at topics only, so it may run anywhere, with any solvers, any number of times.
 */
@NullMarked
package io.parley.solver;

import org.jspecify.annotations.NullMarked;
