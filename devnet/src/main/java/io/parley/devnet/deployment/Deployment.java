package io.parley.devnet.deployment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.protocol.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the contracts of a dev market are.
 *
 * @param disputes where optimistic batches are challenged
 * @param tokens by the asset's name: USD, ETH, BTC
 */
public record Deployment(long chainId, Address vault, Address disputes, Map<String, Address> tokens, List<Pool> pools) {

    /** Of contracts and records together: what an older one left behind is not read. */
    private static final int VERSION = 3;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * A Uniswap V2 pair of a coin against the dollar token.
     *
     * @param coinFirst whether the coin is the pair's token0
     */
    public record Pool(
            Address pair,
            String coin,
            long assetId,
            Address coinToken,
            int coinDecimals,
            Address cashToken,
            int cashDecimals,
            boolean coinFirst) {

        /** The pool as the amm solver's setting names it: {@code asset:pair:order:assetDecimals:cashDecimals}. */
        public String setting() {
            return "%s:%s:%d:%d:%d".formatted(coin, pair.hex(), coinFirst ? 0 : 1, coinDecimals, cashDecimals);
        }
    }

    public void write(Path file) {
        var node = JSON.createObjectNode();
        node.put("version", VERSION)
                .put("chainId", chainId)
                .put("vault", vault.hex())
                .put("disputes", disputes.hex());
        var tokens = node.putObject("tokens");
        this.tokens.forEach((name, token) -> tokens.put(name, token.hex()));
        var pools = node.putArray("pools");
        for (var pool : this.pools) {
            pools.addObject()
                    .put("pair", pool.pair().hex())
                    .put("coin", pool.coin())
                    .put("assetId", pool.assetId())
                    .put("coinToken", pool.coinToken().hex())
                    .put("coinDecimals", pool.coinDecimals())
                    .put("cashToken", pool.cashToken().hex())
                    .put("cashDecimals", pool.cashDecimals())
                    .put("coinFirst", pool.coinFirst());
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var half = file.resolveSibling(file.getFileName() + ".new");
            JSON.writeValue(half.toFile(), node);
            Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return empty if the file is not there */
    public static Optional<Deployment> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var node = JSON.readTree(file.toFile());
            if (node.path("version").asInt() != VERSION) {
                throw new IllegalStateException("""
                        The state beside the file (%s) was made by another version of Parley, whose records this one does not read.
                        Run ./parley down --reset to start over.""".formatted(file));
            }
            var tokens = new TreeMap<String, Address>();
            node.path("tokens")
                    .properties()
                    .forEach(e ->
                            tokens.put(e.getKey(), Address.parse(e.getValue().asText())));
            var pools = new ArrayList<Pool>();
            for (var pool : node.path("pools")) {
                pools.add(new Pool(
                        Address.parse(pool.path("pair").asText()),
                        pool.path("coin").asText(),
                        pool.path("assetId").asLong(),
                        Address.parse(pool.path("coinToken").asText()),
                        pool.path("coinDecimals").asInt(),
                        Address.parse(pool.path("cashToken").asText()),
                        pool.path("cashDecimals").asInt(),
                        pool.path("coinFirst").asBoolean()));
            }
            return Optional.of(new Deployment(
                    node.path("chainId").asLong(),
                    Address.parse(node.path("vault").asText()),
                    Address.parse(node.path("disputes").asText()),
                    Map.copyOf(tokens),
                    List.copyOf(pools)));
        } catch (IOException e) {
            throw new UncheckedIOException("The deployment file (%s) cannot be read.".formatted(file), e);
        }
    }
}
