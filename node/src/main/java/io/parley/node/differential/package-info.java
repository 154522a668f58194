/** The differential test: the same steps in the ledger and in the contracts, compared root by root and code by code. */
@NullMarked
package io.parley.node.differential;

import org.jspecify.annotations.NullMarked;
