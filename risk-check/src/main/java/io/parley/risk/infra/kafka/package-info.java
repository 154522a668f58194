/** Topics in, topics out; the one transactional loop. */
@NullMarked
package io.parley.risk.infra.kafka;

import org.jspecify.annotations.NullMarked;
