/** Hosts solvers and carries their bids. */
@NullMarked
package io.parley.solver;

import org.jspecify.annotations.NullMarked;
