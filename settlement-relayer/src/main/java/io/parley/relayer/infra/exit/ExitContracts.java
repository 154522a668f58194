package io.parley.relayer.infra.exit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.clearing.EscapeShares;
import io.parley.contracts.Artifacts;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;

/** What vault and exit answer. Blocking. */
final class ExitContracts {

    private final Chain chain;
    private final Address vault;

    ExitContracts(Chain chain, Address vault) {
        this.chain = chain;
        this.vault = vault;
    }

    /** Where the chain of final batches and the queue stand. */
    record Market(long finalSequence, Bytes32 finalRoot, long queueLength, long queueCursor) {}

    /** Where the exit stands; {@code closedAt} is 0 while it is open. */
    record Standing(long walked, long closedAt, EscapeShares shares) {}

    /** What the exit has noted of an account. */
    record Registration(Address owner, long claim, boolean isPaid, boolean isLate) {

        boolean isRegistered() {
            return !owner.equals(Address.ZERO);
        }
    }

    /** What the vault knows of an asset; {@code claims} are units that it holds. */
    record Listing(Address token, int decimals, long claims) {

        /** The fewest units that the token can transfer. */
        long unit() {
            return decimals < 8 ? BigInteger.TEN.pow(8 - decimals).longValueExact() : 1;
        }
    }

    Market market() {
        var words = ask(vault, "state");
        return new Market(words.number(0), words.b32(1), words.number(4), words.number(5));
    }

    Address exit() {
        return ask(vault, "exit").address(0);
    }

    Address requests() {
        return ask(vault, "requests").address(0);
    }

    long forceAfter() {
        return ask(vault, "forceAfter").number(0);
    }

    long frozenAt() {
        return ask(vault, "frozenAt").number(0);
    }

    long freezeAfter() {
        return ask(vault, "freezeAfter").number(0);
    }

    long queuedAt(long index) {
        return ask(vault, "queuedAt", u64(index)).number(0);
    }

    Bytes32 paidHash() {
        return ask(vault, "paidHash").b32(0);
    }

    Listing listing(AssetId asset) {
        var words = ask(vault, "listing", u64(asset));
        return new Listing(words.address(0), Math.toIntExact(words.number(1)), words.number(3));
    }

    long totalOwed(AssetId asset) {
        return ask(vault, "totalOwed", u64(asset)).number(0);
    }

    long owed(AssetId asset, Address to) {
        return ask(vault, "owed", u64(asset), new org.web3j.abi.datatypes.Address(to.hex()))
                .number(0);
    }

    long registrationPeriod(Address exit) {
        return ask(exit, "registrationPeriod").number(0);
    }

    Standing standing(Address exit) {
        var words = ask(exit, "state");
        return new Standing(
                words.number(0),
                words.number(1),
                new EscapeShares(words.number(2), words.number(3), words.big(4), words.big(5)));
    }

    Registration registration(Address exit, int index) {
        var words = ask(exit, "registration", u32(index));
        return new Registration(words.address(0), words.number(1), words.number(2) == 1, words.number(3) == 1);
    }

    long pool(Address exit, AssetId asset) {
        return ask(exit, "pool", u64(asset)).number(0);
    }

    boolean hadForfeited(Address exit, AssetId asset, int index) {
        return ask(exit, "hadForfeited", u64(asset), u32(index)).number(0) == 1;
    }

    List<Receipt.Log> logs(String event, long fromBlock, long toBlock) {
        return chain.logs(vault, topic(event), fromBlock, toBlock);
    }

    /** The first topic of the vault's event with this name. */
    static Bytes32 topic(String event) {
        try {
            for (var entry : new ObjectMapper().readTree(Artifacts.abi("Vault"))) {
                if (entry.path("type").asText().equals("event")
                        && entry.path("name").asText().equals(event)) {
                    var types = new ArrayList<String>();
                    entry.path("inputs")
                            .forEach(input -> types.add(input.path("type").asText()));
                    return Keccak256.hash(
                            (event + "(" + String.join(",", types) + ")").getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The artifact of the vault cannot be read.", e);
        }
        throw new IllegalArgumentException("The vault has no event (%s).".formatted(event));
    }

    private Words ask(Address contract, String function, Type<?>... arguments) {
        return Words.of(chain.call(contract, encode(function, arguments)));
    }

    static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }

    static Uint64 u64(AssetId asset) {
        return new Uint64(new BigInteger(Long.toUnsignedString(asset.id())));
    }

    static Uint64 u64(long value) {
        return new Uint64(BigInteger.valueOf(value));
    }

    static Uint32 u32(int value) {
        return new Uint32(Integer.toUnsignedLong(value));
    }
}
