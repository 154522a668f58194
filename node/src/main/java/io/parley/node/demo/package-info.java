/** A client of the door, and the intents that `up` and the demos settle with it: what a wallet would do, no more. */
@NullMarked
package io.parley.node.demo;

import org.jspecify.annotations.NullMarked;
