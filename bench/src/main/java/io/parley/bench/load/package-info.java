/** A network and a node of their own under signed intents at rising rates, until they saturate. */
@NullMarked
package io.parley.bench.load;

import org.jspecify.annotations.NullMarked;
