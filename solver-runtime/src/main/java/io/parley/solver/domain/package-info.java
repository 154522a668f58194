/** What a solver is shown, what becomes of what it proposes, and what the log says about it. Decides; time is passed in. */
@NullMarked
package io.parley.solver.domain;

import org.jspecify.annotations.NullMarked;
