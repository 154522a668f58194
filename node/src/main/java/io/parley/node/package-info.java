/** The runnable: all roles in one process or some of them, and the command line. */
@NullMarked
package io.parley.node;

import org.jspecify.annotations.NullMarked;
