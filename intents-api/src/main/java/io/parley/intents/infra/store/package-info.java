/** The views in PostgreSQL: records to rows, rows to answers. */
@NullMarked
package io.parley.intents.infra.store;

import org.jspecify.annotations.NullMarked;
