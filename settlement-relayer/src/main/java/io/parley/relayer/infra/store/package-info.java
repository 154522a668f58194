@NullMarked
package io.parley.relayer.infra.store;

import org.jspecify.annotations.NullMarked;
