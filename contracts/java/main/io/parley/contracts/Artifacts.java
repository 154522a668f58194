package io.parley.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the Solidity compiler left, by the contract's name: {@code Artifacts.bytecode("Vault")}. */
public final class Artifacts {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Artifacts() {}

    /**
     * The contract's interface as the JSON array that Solidity's ABI specification describes.
     *
     * @throws IllegalArgumentException if no contract has this name
     */
    public static String abi(String contract) {
        return artifact(contract).path("abi").toString();
    }

    /**
     * The creation bytecode: {@code 0x} and hex digits, to which the ABI-encoded constructor arguments are appended.
     *
     * @throws IllegalArgumentException if no contract has this name, or if it is an interface and has no code
     */
    public static String bytecode(String contract) {
        var code = artifact(contract).path("bytecode").asText();
        if (code.length() <= 2) {
            throw new IllegalArgumentException("""
                    The contract (%s) has no bytecode: it is an interface or abstract. Deploy what implements it.""".formatted(contract));
        }
        return code;
    }

    private static JsonNode artifact(String contract) {
        var name = "/io/parley/contracts/" + contract + ".json";
        try (var in = Artifacts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("""
                        There is no artifact (%s) for a contract named (%s).
                        Maybe the module contracts was built before the contract was written.""".formatted(name, contract));
            }
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
