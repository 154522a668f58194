/**
 * What may enter: one set of checks for the door and for the auction, which meets on the intents topic what others post
 * there directly.
 */
@NullMarked
package io.parley.protocol.admission;

import org.jspecify.annotations.NullMarked;
