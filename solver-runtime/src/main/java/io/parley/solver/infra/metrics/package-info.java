/** What the role counts, as meters. */
@NullMarked
package io.parley.solver.infra.metrics;

import org.jspecify.annotations.NullMarked;
