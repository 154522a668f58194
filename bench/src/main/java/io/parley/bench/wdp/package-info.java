/** Winner determination on its own: instances as text and from generators, and a table of who solves them how well. */
@NullMarked
package io.parley.bench.wdp;

import org.jspecify.annotations.NullMarked;
