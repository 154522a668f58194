/** The house solvers; they see what any plugin sees. */
@NullMarked
package io.parley.solvers;

import org.jspecify.annotations.NullMarked;
