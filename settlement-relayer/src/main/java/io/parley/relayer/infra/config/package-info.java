@NullMarked
package io.parley.relayer.infra.config;

import org.jspecify.annotations.NullMarked;
