/** Values, intents, quotes, bids, bundles, EIP-712, wire records and topics, the solver SPI. */
@NullMarked
package io.parley.protocol;

import org.jspecify.annotations.NullMarked;
