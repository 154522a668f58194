/**
 * Margin from a market: an integer kernel that values options in every scenario, columns of these values per
 * instrument, and margins that are sums over columns. Nothing here is floating-point; docs/margin.md derives the bounds.
 */
@NullMarked
package io.parley.clearing.margin;

import org.jspecify.annotations.NullMarked;
