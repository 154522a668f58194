/** Files of the clearing house: snapshots of the ledger. */
@NullMarked
package io.parley.risk.infra.store;

import org.jspecify.annotations.NullMarked;
