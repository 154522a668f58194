/** Prices spot from Uniswap V2 pools and lays off there what it filled from inventory. */
@NullMarked
package io.parley.solvers.amm;

import org.jspecify.annotations.NullMarked;
