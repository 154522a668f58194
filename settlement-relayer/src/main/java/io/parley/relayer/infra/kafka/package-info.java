@NullMarked
package io.parley.relayer.infra.kafka;

import org.jspecify.annotations.NullMarked;
