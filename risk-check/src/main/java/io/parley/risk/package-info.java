/**
 * The clearing house: screens bids, folds commands, the one writer of the ledger.
 *
 * <p>Beside it, and never in need of it, stand the demo feeders with the price assembler ({@code feeder}).
 */
@NullMarked
package io.parley.risk;

import org.jspecify.annotations.NullMarked;
