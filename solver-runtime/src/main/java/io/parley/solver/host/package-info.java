/** Threads, deadlines and the schedule of an auction around the solvers. */
@NullMarked
package io.parley.solver.host;

import org.jspecify.annotations.NullMarked;
