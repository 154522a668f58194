/** Option values and their slopes in doubles: for marks, quotes, screens and reports. Nothing that decides may use it. */
@NullMarked
package io.parley.clearing.greeks;

import org.jspecify.annotations.NullMarked;
