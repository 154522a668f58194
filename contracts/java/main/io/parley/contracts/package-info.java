/** ABI and bytecode of Parley's contracts, and of the AMM that the development chain carries. */
@NullMarked
package io.parley.contracts;

import org.jspecify.annotations.NullMarked;
