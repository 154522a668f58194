/** Microbenchmarks and the end-to-end load generator. */
@NullMarked
package io.parley.bench;

import org.jspecify.annotations.NullMarked;
