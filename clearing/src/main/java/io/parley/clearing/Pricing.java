package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of a witness are margined with: the price and the margin parameters whose hashes the global record
 * holds. It stands once in a witness, behind the state, and is empty where no step needs it
 * (docs/protocol.md, section 7).
 */
final class Pricing {
    /** The block of a witness whose steps need neither price nor parameters. */
    static final byte[] NONE = new byte[6];

    private static final int PRICE_HEAD = 48;

    private final byte[] price;
    private final byte[] parameters;

    /** Both are read once; a later step asks for the same as long as the hashes stay. */
    private @Nullable Bytes32 digest;

    private @Nullable Prices prices;
    private @Nullable Bytes32 parametersHash;
    private @Nullable MarginParameters decoded;

    private Pricing(byte[] price, byte[] parameters) {
        this.price = price;
        this.parameters = parameters;
    }

    static Pricing read(WireReader in) {
        byte[] price = in.raw(in.u31("price length"), "price").bytes();
        return new Pricing(
                price, in.raw(in.u16("parameters length"), "margin parameters").bytes());
    }

    /** {@code u32 length | price | u16 length | margin parameters}. */
    static byte[] block(byte[] price, byte[] parameters) {
        return new WireWriter(6 + price.length + parameters.length)
                .u32(price.length)
                .raw(price)
                .u16(parameters.length)
                .raw(parameters)
                .toBytes();
    }

    /** How long the block is that begins here. */
    static int lengthAt(byte[] witness, int at) {
        int price = BigEndian.u32(witness, at);
        return 6 + price + BigEndian.u16(witness, at + 4 + price);
    }

    /** {@code u64 time | u64 sequence | b32 marksRoot | content}: what a price's digest is made of. */
    static byte[] priceOf(PriceCommand command) {
        return new WireWriter(PRICE_HEAD + command.content().size())
                .u63(command.time())
                .u63(command.sequence())
                .b32(command.marksRoot())
                .raw(command.content())
                .toBytes();
    }

    /** The prices of such bytes. */
    static Prices pricesOf(byte[] price) {
        return Prices.of(PriceContent.decode(Arrays.copyOfRange(price, PRICE_HEAD, price.length)));
    }

    /** What its feeders signed, as the global record keeps it. */
    static Bytes32 digestOf(Domain domain, byte[] price) {
        return WireReader.whole(price, in -> {
            long time = in.u63("time");
            long sequence = in.u63("sequence");
            Bytes32 marksRoot = in.b32("marks root");
            Bytes32 content = in.raw(in.remaining(), "content").hash();
            return Eip712.digest(domain, new Price(time, sequence, content, marksRoot));
        });
    }

    byte[] block() {
        return block(price, parameters);
    }

    boolean isEmpty() {
        return price.length == 0 && parameters.length == 0;
    }

    /** The prices in force before the step, proven; null before the first. */
    @Nullable
    Prices prices(Domain domain, Step step) {
        Bytes32 expected = step.hash(GlobalRecord.PRICE_HASH);
        if (expected.isZero()) {
            return null;
        }
        if (digest == null) {
            digest = digestOf(domain, price);
        }
        requireSame("price", digest, expected);
        if (prices == null) {
            prices = pricesOf(price);
        }
        return prices;
    }

    /** The parameters in force before the step, proven; null if there are none or they are not admissible. */
    @Nullable
    MarginParameters parameters(Step step) {
        Bytes32 expected = step.hash(GlobalRecord.PARAMS_HASH);
        if (expected.isZero()) {
            return null;
        }
        if (parametersHash == null) {
            parametersHash = Keccak256.hash(parameters);
            decoded = MarginParameters.admissible(parameters);
        }
        requireSame("margin parameters", parametersHash, expected);
        return decoded;
    }

    private static void requireSame(String what, Bytes32 found, Bytes32 expected) {
        if (!found.equals(expected)) {
            throw new StepRefused(
                    Reason.ROOT_MISMATCH, "the witness's %s is %s, the state's is %s".formatted(what, found, expected));
        }
    }
}
