/** Holds auctions again from the topics alone. */
@NullMarked
package io.parley.node.audit;

import org.jspecify.annotations.NullMarked;
