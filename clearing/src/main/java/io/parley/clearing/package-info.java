/** Accounts, Merkle state, margin and the transition function. */
@NullMarked
package io.parley.clearing;

import org.jspecify.annotations.NullMarked;
