/** Small things measured one by one, each beside what one would use instead. */
@NullMarked
package io.parley.bench.micro;

import org.jspecify.annotations.NullMarked;
