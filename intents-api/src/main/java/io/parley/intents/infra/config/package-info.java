/** Settings of the role api. */
@NullMarked
package io.parley.intents.infra.config;

import org.jspecify.annotations.NullMarked;
