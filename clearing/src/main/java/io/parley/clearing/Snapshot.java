package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.Arrays;

/**
 * A ledger and its batch in the making, as of one offset of the log: where a restart goes on folding.
 *
 * @param ledger the state
 * @param assembler the batch in the making
 * @param nextOffset the offset of the first command that is not in it
 */
public record Snapshot(Ledger ledger, BatchAssembler assembler, long nextOffset) {
    /** The bytes of a snapshot; they end with their own hash. */
    public static byte[] encode(Ledger ledger, BatchAssembler assembler, long nextOffset) {
        WireWriter out = new WireWriter(1 << 16);
        out.version()
                .u63(ledger.domain().chainId())
                .address(ledger.domain().vault())
                .u63(nextOffset)
                .b32(ledger.root());
        ledger.writeTo(out);
        assembler.writeTo(out);
        byte[] body = out.toBytes();
        byte[] bytes = Arrays.copyOf(body, body.length + 32);
        Keccak256.hash(body).write(bytes, body.length);
        return bytes;
    }

    /**
     * Reads a snapshot and makes its trees again.
     *
     * @param domain whose it must be
     * @throws IllegalArgumentException if it is another domain's, is damaged, or does not lead to the root that it
     *     names
     */
    public static Snapshot decode(Domain domain, byte[] bytes) {
        if (bytes.length < 32
                || !Keccak256.hash(bytes, 0, bytes.length - 32).equals(Bytes32.of(bytes, bytes.length - 32))) {
            throw new IllegalArgumentException("""
                    The snapshot's bytes (%d) do not have the hash at their end.
                    Maybe it was cut off while being written; delete it to fold the log from its start.""".formatted(bytes.length));
        }
        return WireReader.whole(Arrays.copyOf(bytes, bytes.length - 32), in -> {
            in.version("snapshot");
            long chainId = in.u63("chain id");
            Domain of = new Domain(chainId, in.address("vault"));
            if (!of.equals(domain)) {
                throw new IllegalArgumentException("The snapshot is of %s, not of %s.".formatted(of, domain));
            }
            long nextOffset = in.u63("next offset");
            Bytes32 root = in.b32("root");
            Ledger ledger = Ledger.readFrom(domain, in);
            if (!ledger.root().equals(root)) {
                throw new IllegalArgumentException(
                        "The snapshot leads to root %s and names %s.".formatted(ledger.root(), root));
            }
            return new Snapshot(ledger, BatchAssembler.readFrom(in), nextOffset);
        });
    }
}
