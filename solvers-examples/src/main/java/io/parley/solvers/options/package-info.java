/** Quotes options, perps and spreads from the volatility surface, with inventory skew. */
@NullMarked
package io.parley.solvers.options;

import org.jspecify.annotations.NullMarked;
