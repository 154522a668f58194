/** The records on the topics, in their one byte layout (docs/topics.md). */
@NullMarked
package io.parley.protocol.wire;

import org.jspecify.annotations.NullMarked;
