package io.parley.node.cli;

import io.parley.protocol.Address;
import java.net.URI;
import picocli.CommandLine.Option;

/** Which market on which chain a command is about. */
final class OnChain {

    @Option(names = "--rpc", required = true, description = "URL of a node of the chain.")
    private URI rpc = URI.create("");

    @Option(names = "--vault", required = true, description = "The vault's address.")
    private String vault = "";

    @Option(
            names = "--from-block",
            description = "A block not after the one in which the vault was made; 0 without it.")
    private long fromBlock;

    URI rpc() {
        return rpc;
    }

    Address vault() {
        return Address.parse(vault);
    }

    long fromBlock() {
        return fromBlock;
    }
}
