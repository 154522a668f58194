package io.parley.relayer.infra.exit;

import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Wallet;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Command;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;
import org.web3j.abi.datatypes.generated.Uint8;

/**
 * Asks the vault's queue for what an owner may do without anybody's consent (docs/clearing.md), by the chain alone. Each method sends
 * one transaction of the key. Blocking; throws {@code IllegalStateException} with the contract's error if it is refused.
 */
public final class ForceDesk {
    private final Chain chain;
    private final ExitContracts contracts;
    private final Wallet wallet;
    private final long fromBlock;
    private final Consumer<String> out;

    /**
     * @param fromBlock a block not after the one in which the vault was made
     * @param key whose accounts it is about, and who pays the gas
     * @param out takes one line after the other
     */
    public ForceDesk(Chain chain, Address vault, long fromBlock, Signer key, Consumer<String> out) {
        this.chain = chain;
        this.contracts = new ExitContracts(chain, vault);
        this.wallet = new Wallet(chain, key, "Requests", "Vault");
        this.fromBlock = fromBlock;
        this.out = out;
    }

    /**
     * @param asset its listed name
     * @param amount units of 1e-8, above 0; {@link Long#MAX_VALUE} asks for all
     * @param to who is paid; empty for the key's own address
     */
    public void withdraw(long account, String asset, long amount, Optional<Address> to) {
        ask(
                "forceWithdraw",
                new Uint32(account),
                ExitContracts.u64(idOf(asset)),
                ExitContracts.u64(amount),
                new org.web3j.abi.datatypes.Address(to.orElse(wallet.address()).hex()));
    }

    /**
     * @param asset the listed name of a perp or an option
     * @param quantity units of 1e-8, above 0, whichever side is held; {@link Long#MAX_VALUE} asks for all
     */
    public void reduce(long account, String asset, long quantity) {
        ask("forceReduce", new Uint32(account), ExitContracts.u64(idOf(asset)), ExitContracts.u64(quantity));
    }

    /**
     * @param kind as {@link io.parley.protocol.Cancel}
     * @param nonce all 64 bits
     */
    public void cancel(long account, int kind, long nonce) {
        ask(
                "forceCancel",
                new Uint32(account),
                new Uint8(kind),
                new Uint64(new BigInteger(Long.toUnsignedString(nonce))));
    }

    private void ask(String function, Type<?>... arguments) {
        Receipt receipt = wallet.send(contracts.requests(), ExitContracts.encode(function, arguments));
        long index = receipt.logs().stream()
                .filter(log -> log.topics().getFirst().equals(ExitContracts.topic("Queued")))
                .mapToLong(log -> Words.number(log.topics().get(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The transaction queued nothing."));
        line(
                "queued      entry %d, transaction %s",
                index, receipt.transaction().hex());
        line("served      with a batch that takes entry %d; the vault has taken %d so far", index, taken());
        line("not served  for %s: no batch that leaves it behind becomes final", hours(contracts.forceAfter()));
        line(
                "            for %s: anyone may stop the market, and every account leaves",
                hours(contracts.freezeAfter()));
        line("its effect  is judged when it is taken; what margin does not allow then does nothing");
    }

    private long taken() {
        return contracts.market().queueCursor();
    }

    /** Names stand in the queue's own entries, which is all that is needed. */
    private AssetId idOf(String name) {
        return contracts.logs("Queued", fromBlock, chain.blockNumber()).stream()
                .map(log -> Command.decode(Words.of(log.data()).tail(1)))
                .filter(ListAsset.class::isInstance)
                .map(ListAsset.class::cast)
                .filter(listed -> listed.name().equals(name))
                .map(ListAsset::asset)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("""
                        The vault lists no asset named (%s).
                        The names are those that wallets sign: USD, ETH, ETH-PERP, ETH-25DEC26-3000-C.""".formatted(name)));
    }

    private static String hours(long seconds) {
        var duration = Duration.ofSeconds(seconds);
        return "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart());
    }

    private void line(String format, Object... values) {
        out.accept(format.formatted(values));
    }
}
