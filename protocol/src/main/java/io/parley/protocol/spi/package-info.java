/** What a solver is written against. Free of frameworks: integers, values and records only. */
@NullMarked
package io.parley.protocol.spi;

import org.jspecify.annotations.NullMarked;
