/** What the auction is told by configuration. */
@NullMarked
package io.parley.auction.infra.config;

import org.jspecify.annotations.NullMarked;
