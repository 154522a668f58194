@NullMarked
package io.parley.relayer.infra.chain;

import org.jspecify.annotations.NullMarked;
