package io.parley.node.cli;

import io.parley.node.Layout;
import io.parley.node.Running;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node a command speaks to: the one that runs here, or the one that is named. */
final class Target {

    @Option(names = "--api", description = "URL of a node's API; without it the node that runs on this checkout.")
    private @Nullable URI api;

    @Option(names = "--kafka", description = "The broker; without it that of the node that runs on this checkout.")
    private @Nullable String kafka;

    URI api() {
        return api != null ? api : running().api();
    }

    String kafka() {
        return kafka != null ? kafka : running().kafka();
    }

    private static Running running() {
        return Running.read(Layout.here().running()).orElseThrow(() -> new IllegalStateException("""
                No Parley runs here. Start it with ./parley up, or name one with --api or --kafka."""));
    }
}
