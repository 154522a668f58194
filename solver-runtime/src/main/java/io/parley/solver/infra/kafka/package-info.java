/** The role's topics: decodes, hands over, encodes. */
@NullMarked
package io.parley.solver.infra.kafka;

import org.jspecify.annotations.NullMarked;
