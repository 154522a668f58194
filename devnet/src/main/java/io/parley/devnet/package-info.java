/** Kafka, PostgreSQL and a chain as children of one process, for development and tests. */
@NullMarked
package io.parley.devnet;

import org.jspecify.annotations.NullMarked;
