/** The door: REST, event streams and the intents topic; the views. */
@NullMarked
package io.parley.intents;

import org.jspecify.annotations.NullMarked;
