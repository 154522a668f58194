package io.parley.relayer.infra.chain;

import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Reverts;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Route;
import io.parley.protocol.wire.BatchRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint64;

/** The functions and events of the contract that runs routes. Blocking. */
final class Routes {

    // What a transaction must leave for one route, whatever its venue does (VENUE_GAS and the way home), and for the
    // rest.
    private static final long GAS_OF_ROUTE = 1_300_000;
    private static final long GAS_OF_WITHDRAWAL = 100_000;
    private static final long GAS_OF_CALL = 200_000;

    private static final Bytes32 SWAPPED = topic("RouteSwapped(bytes32,address,uint256,uint256)");
    private static final Bytes32 RETURNED = topic("RouteReturned(bytes32,address,uint256,bytes)");
    private static final int MOST_BLOCKS = 1_000;

    private final Chain chain;
    private final Address address;
    private final Reverts reverts = new Reverts("Routes", "ConstantProductAdapter");

    /**
     * What came of a route.
     *
     * @param swapped whether its input was handed over
     * @param detail readable; amounts in the tokens' own units
     */
    record Result(boolean swapped, String detail) {}

    Routes(Chain chain, Address address) {
        this.chain = chain;
        this.address = address;
    }

    Address address() {
        return address;
    }

    boolean isAdapter(Address adapter) {
        return flag("isAdapter", new org.web3j.abi.datatypes.Address(adapter.hex()));
    }

    boolean hasRun(Route route) {
        return chain.hasCode(route.escrow(address));
    }

    /** How many routes fit into one transaction of so much gas, beside so many withdrawals; at least one. */
    static int most(long gasLimit, int withdrawals) {
        long left = gasLimit - GAS_OF_CALL - withdrawals * GAS_OF_WITHDRAWAL;
        return Math.toIntExact(Math.max(1, left / GAS_OF_ROUTE));
    }

    /** The call data that pays a batch's withdrawals and runs routes that they fund. */
    String payAndRun(BatchRecord batch, List<Route> routes) {
        return run(batch.sequence(), Vault.withdrawals(batch), routes);
    }

    /** The call data that runs routes whose withdrawals are paid. */
    String run(List<Route> routes) {
        return run(0, new DynamicArray<>(Vault.Withdrawal.class, List.of()), routes);
    }

    private static String run(long sequence, DynamicArray<Vault.Withdrawal> withdrawals, List<Route> routes) {
        return FunctionEncoder.encode(new Function(
                "run",
                List.of(
                        new Uint64(BigInteger.valueOf(sequence)),
                        withdrawals,
                        new DynamicArray<>(
                                DynamicBytes.class,
                                routes.stream()
                                        .map(route -> new DynamicBytes(route.encode()))
                                        .toList())),
                List.of()));
    }

    /** What a mined transaction says of a route; empty if it did not run it. */
    Optional<Result> result(Route route, List<Receipt.Log> logs) {
        return logs.stream()
                .filter(log -> log.address().equals(address)
                        && log.topics().size() > 1
                        && log.topics().get(1).equals(route.id()))
                .flatMap(log -> result(log).stream())
                .findFirst();
    }

    /** The transaction that ran a route, whoever sent it; empty if it is not among the last blocks. */
    Optional<Bytes32> transactionOf(Route route) {
        long last = chain.blockNumber();
        for (var topic : List.of(SWAPPED, RETURNED)) {
            for (var log : chain.logs(address, topic, Math.max(0, last - MOST_BLOCKS), last)) {
                if (log.topics().get(1).equals(route.id())) {
                    return Optional.of(log.transaction());
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Result> result(Receipt.Log log) {
        var data = HexFormat.of().parseHex(log.data().substring(2));
        if (log.topics().getFirst().equals(SWAPPED)) {
            return Optional.of(
                    new Result(true, "%s handed over, %s received".formatted(number(data, 0), number(data, 32))));
        }
        if (log.topics().getFirst().equals(RETURNED)) {
            int length = number(data, 64).intValueExact();
            var reason = "0x" + HexFormat.of().formatHex(data, 96, 96 + length);
            return Optional.of(
                    new Result(false, "%s came back: %s".formatted(number(data, 0), reverts.describe(reason))));
        }
        return Optional.empty();
    }

    String describe(String revertData) {
        return reverts.describe(revertData);
    }

    private boolean flag(String function, Type<?> argument) {
        return number(
                        HexFormat.of()
                                .parseHex(chain.call(
                                                address,
                                                FunctionEncoder.encode(
                                                        new Function(function, List.of(argument), List.of())))
                                        .substring(2)),
                        0)
                .equals(BigInteger.ONE);
    }

    private static BigInteger number(byte[] words, int at) {
        return new BigInteger(1, java.util.Arrays.copyOfRange(words, at, at + 32));
    }

    private static Bytes32 topic(String event) {
        return Keccak256.hash(event.getBytes(StandardCharsets.US_ASCII));
    }
}
