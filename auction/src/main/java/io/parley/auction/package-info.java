/** Windows, commitments, reveals and the choice of winners. */
@NullMarked
package io.parley.auction;

import org.jspecify.annotations.NullMarked;
