/** The Kafka broker of a development network, as a process of its own. */
@NullMarked
package io.parley.devnet.broker;

import org.jspecify.annotations.NullMarked;
