/** The choice of winners: which bids share no intent and no solver account, and are worth most together. */
@NullMarked
package io.parley.auction.domain.selection;

import org.jspecify.annotations.NullMarked;
