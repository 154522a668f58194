/** Turns cleared batches into transactions; watches the chain. */
@NullMarked
package io.parley.relayer;

import org.jspecify.annotations.NullMarked;
