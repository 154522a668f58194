package io.parley.node;

import io.parley.devnet.Checkout;
import java.nio.file.Path;

/**
 * Where things are on disk.
 *
 * @param home the checkout
 * @param data everything that Parley writes at run time
 */
public record Layout(Path home, Path data) {

    public static Layout here() {
        var home = Checkout.home();
        var named = System.getenv("PARLEY_DATA");
        return new Layout(
                home, named == null ? home.resolve(".parley") : Path.of(named).toAbsolutePath());
    }

    public Path devnet() {
        return data.resolve("devnet");
    }

    public Path keys() {
        return data.resolve("keys");
    }

    public Path deployment() {
        return data.resolve("deployment.json");
    }

    public Path ledger() {
        return data.resolve("ledger");
    }

    /** Where a running `up` says how to reach it. */
    public Path running() {
        return data.resolve("running.json");
    }

    public Path log() {
        return data.resolve("node.log");
    }
}
