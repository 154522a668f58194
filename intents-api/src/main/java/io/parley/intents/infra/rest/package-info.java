/** HTTP: requests to values, values to answers. */
@NullMarked
package io.parley.intents.infra.rest;

import org.jspecify.annotations.NullMarked;
