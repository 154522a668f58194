/** The commands of {@code parley}. Exit codes: 0 done, 1 the outcome was not as asked, 2 usage, 3 a tool is missing, 4 busy. */
@NullMarked
package io.parley.node.cli;

import org.jspecify.annotations.NullMarked;
