/** What a fresh dev chain needs to be a market: keys, tokens, the vault, listings, parameters, pools and funds. */
@NullMarked
package io.parley.devnet.deployment;

import org.jspecify.annotations.NullMarked;
