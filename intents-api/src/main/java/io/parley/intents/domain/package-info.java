/** What the door decides, and what it knows to decide by. */
@NullMarked
package io.parley.intents.domain;

import org.jspecify.annotations.NullMarked;
