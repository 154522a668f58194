package io.parley.relayer.infra.exit;

import static io.parley.relayer.infra.exit.ExitContracts.encode;
import static io.parley.relayer.infra.exit.ExitContracts.u32;
import static io.parley.relayer.infra.exit.ExitContracts.u64;

import io.parley.clearing.Account;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bytes32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.StaticStruct;
import org.web3j.abi.datatypes.generated.Uint32;

/**
 * Call data of everything that leads out, cut into transactions that any chain takes. What each call costs is rough and on the high
 * side; the node estimates each before it is sent.
 */
final class ExitCalls {

    private static final long GAS_AT_ONCE = 10_000_000;
    private static final long GAS_OF_BYTE = 45;
    private static final long GAS_OF_ENTRY = 100_000;
    private static final long GAS_OF_ACCOUNT = 90_000;
    private static final long GAS_OF_TRANSFER = 80_000;

    private ExitCalls() {}

    /** The final root's parts, as {@code IExit.Opening}. */
    public static final class Opening extends DynamicStruct {

        Opening(Bytes32 accountsRoot, byte[] globalRecord, Bytes32 marksRoot, byte[] content) {
            super(b32(accountsRoot), new DynamicBytes(globalRecord), b32(marksRoot), new DynamicBytes(content));
        }
    }

    /** An account's leaf with its proof, as {@code IExit.Leaf}. */
    public static final class Leaf extends DynamicStruct {

        Leaf(int index, byte[] leaf, long bitmap, List<org.web3j.abi.datatypes.generated.Bytes32> siblings) {
            super(
                    u32(index),
                    new DynamicBytes(leaf),
                    new Uint32(bitmap),
                    new DynamicArray<>(org.web3j.abi.datatypes.generated.Bytes32.class, siblings));
        }
    }

    /** A withdrawal, as {@code IVault.Withdrawal}. */
    public static final class Withdrawal extends StaticStruct {

        Withdrawal(io.parley.protocol.Withdrawal withdrawal) {
            super(
                    u64(withdrawal.asset()),
                    new org.web3j.abi.datatypes.Address(withdrawal.to().hex()),
                    u64(withdrawal.amount()));
        }
    }

    static List<String> refund(List<byte[]> entries) {
        var calls = new ArrayList<String>();
        for (var part : parts(entries, entry -> GAS_OF_ENTRY + GAS_OF_BYTE * entry.length, 0)) {
            calls.add(encode(
                    "refund",
                    new DynamicArray<>(
                            DynamicBytes.class,
                            part.stream().map(DynamicBytes::new).toList())));
        }
        return calls;
    }

    /**
     * What is left to pay of one batch's withdrawals.
     *
     * @param unpaid in order, to the batch's last
     */
    static List<String> pay(long sequence, List<io.parley.protocol.Withdrawal> unpaid) {
        var calls = new ArrayList<String>();
        int paid = 0;
        for (var part : parts(unpaid, withdrawal -> GAS_OF_TRANSFER, 0)) {
            paid += part.size();
            calls.add(encode(
                    "payPart",
                    u64(sequence),
                    new DynamicArray<>(
                            Withdrawal.class, part.stream().map(Withdrawal::new).toList()),
                    new DynamicArray<>(
                            org.web3j.abi.datatypes.generated.Bytes32.class,
                            unpaid.subList(paid, unpaid.size()).stream()
                                    .map(withdrawal -> b32(withdrawal.hash()))
                                    .toList())));
        }
        return calls;
    }

    static List<String> register(RebuiltState state, Collection<Integer> indices) {
        var ledger = state.ledger();
        var content = state.price().map(price -> price.content().bytes()).orElse(new byte[0]);
        var opening = new Opening(
                ledger.accountTree().root(),
                ledger.global().encode(),
                state.price().map(price -> price.marksRoot()).orElse(Bytes32.ZERO),
                content);
        var calls = new ArrayList<String>();
        for (var part :
                parts(List.copyOf(indices), index -> gasOf(ledger.account(index)), GAS_OF_BYTE * content.length)) {
            calls.add(encode(
                    "registerAll",
                    opening,
                    new DynamicArray<>(
                            Leaf.class,
                            part.stream().map(index -> leaf(state, index)).toList())));
        }
        return calls;
    }

    private static long gasOf(Account account) {
        long transfers = account.positions().stream()
                .filter(position -> position.asset().kind() == AssetKind.SPOT)
                .count();
        return GAS_OF_ACCOUNT + GAS_OF_BYTE * (1_100 + account.encode().length) + GAS_OF_TRANSFER * transfers;
    }

    private static Leaf leaf(RebuiltState state, int index) {
        var proof = state.ledger().accountTree().proof(index);
        var siblings = new ArrayList<org.web3j.abi.datatypes.generated.Bytes32>();
        for (int at = 4; at < proof.length; at += 32) {
            siblings.add(new org.web3j.abi.datatypes.generated.Bytes32(Arrays.copyOfRange(proof, at, at + 32)));
        }
        long bitmap = new BigInteger(1, Arrays.copyOf(proof, 4)).longValueExact();
        return new Leaf(index, state.ledger().account(index).encode(), bitmap, siblings);
    }

    static List<String> claim(Collection<Integer> indices) {
        return parts(List.copyOf(indices), index -> GAS_OF_TRANSFER, 0).stream()
                .map(part -> encode("claimAll", indices(part)))
                .toList();
    }

    static List<String> claimForfeited(AssetId asset, Collection<Integer> indices) {
        return parts(List.copyOf(indices), index -> GAS_OF_TRANSFER, 0).stream()
                .map(part -> encode("claimAllForfeited", u64(asset), indices(part)))
                .toList();
    }

    static String claimOwed(AssetId asset, io.parley.protocol.Address to) {
        return encode("claim", u64(asset), new org.web3j.abi.datatypes.Address(to.hex()));
    }

    private static DynamicArray<Uint32> indices(List<Integer> indices) {
        return new DynamicArray<>(
                Uint32.class, indices.stream().map(ExitContracts::u32).toList());
    }

    private interface Gas<T> {
        long of(T item);
    }

    /** Cuts a list so that each part stays below what one transaction should use; a part has at least one item. */
    private static <T> List<List<T>> parts(List<T> items, Gas<T> gas, long gasOfEach) {
        var parts = new ArrayList<List<T>>();
        int from = 0;
        long used = gasOfEach;
        for (int i = 0; i < items.size(); i++) {
            long more = gas.of(items.get(i));
            if (i > from && used + more > GAS_AT_ONCE) {
                parts.add(items.subList(from, i));
                from = i;
                used = gasOfEach;
            }
            used += more;
        }
        if (from < items.size()) {
            parts.add(items.subList(from, items.size()));
        }
        return parts;
    }

    private static org.web3j.abi.datatypes.generated.Bytes32 b32(Bytes32 value) {
        return new org.web3j.abi.datatypes.generated.Bytes32(value.bytes());
    }
}
