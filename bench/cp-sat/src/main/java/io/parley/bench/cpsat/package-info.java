/** OR-Tools' CP-SAT, for comparison. */
@NullMarked
package io.parley.bench.cpsat;

import org.jspecify.annotations.NullMarked;
