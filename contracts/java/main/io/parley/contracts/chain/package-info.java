/**
 * A chain as a client sees it: JSON-RPC, signed transactions, receipts, logs and decoded reverts. Shared by the
 * deployment, the relayer and the watcher. Blocking; call it from a worker thread, never from an event loop.
 */
@NullMarked
package io.parley.contracts.chain;

import org.jspecify.annotations.NullMarked;
