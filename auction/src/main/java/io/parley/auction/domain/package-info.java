/** What the auction decides: who stands in it, which phase it is in, who won, and what becomes of the rest. */
@NullMarked
package io.parley.auction.domain;

import org.jspecify.annotations.NullMarked;
