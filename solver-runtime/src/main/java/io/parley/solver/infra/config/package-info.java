/** Settings of the role solver. */
@NullMarked
package io.parley.solver.infra.config;

import org.jspecify.annotations.NullMarked;
