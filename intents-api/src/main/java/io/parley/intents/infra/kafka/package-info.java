/** Topics in and out. */
@NullMarked
package io.parley.intents.infra.kafka;

import org.jspecify.annotations.NullMarked;
