/** The clearing house's decisions: what a command does to the ledger, what a commitment holds, whether a bid can be honoured. */
@NullMarked
package io.parley.risk.domain;

import org.jspecify.annotations.NullMarked;
