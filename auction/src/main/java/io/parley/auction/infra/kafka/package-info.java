/** The auction's channels, and the one thread on which it decides. */
@NullMarked
package io.parley.auction.infra.kafka;

import org.jspecify.annotations.NullMarked;
