/** The clearing house: screens bids, folds commands, the one writer of the ledger. */
@NullMarked
package io.parley.risk;

import org.jspecify.annotations.NullMarked;
