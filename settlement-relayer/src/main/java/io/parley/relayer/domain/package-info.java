/** How a batch becomes transactions, and what their fees may be: decisions without a chain or a clock. */
@NullMarked
package io.parley.relayer.domain;

import org.jspecify.annotations.NullMarked;
