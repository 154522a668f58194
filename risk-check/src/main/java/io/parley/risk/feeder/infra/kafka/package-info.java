/** The demo feeders and the price assembler at their topics. */
@NullMarked
package io.parley.risk.feeder.infra.kafka;

import org.jspecify.annotations.NullMarked;
