/** Nets intents against each other, rings included. */
@NullMarked
package io.parley.solvers.netting;

import org.jspecify.annotations.NullMarked;
