/** The state and the way out from the chain's data alone: no topic, no database, no other role. */
@NullMarked
package io.parley.relayer.infra.exit;

import org.jspecify.annotations.NullMarked;
