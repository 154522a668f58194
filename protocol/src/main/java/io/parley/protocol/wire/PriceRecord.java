package io.parley.protocol.wire;

import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Price;
import io.parley.protocol.Signature;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/** A record of {@link Topic#PRICES}. */
public sealed interface PriceRecord {

    /** {@return who signed} */
    Address feeder();

    /** {@return the feeder's signature over the price} */
    Signature signature();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * A feeder proposes a price.
     *
     * @param time unix seconds
     * @param sequence the number of the price
     * @param marksRoot the root over the marks
     * @param feeder who proposes
     * @param signature the feeder's over {@link #price}
     * @param content a {@link io.parley.protocol.PriceContent}
     */
    record Proposed(long time, long sequence, Bytes32 marksRoot, Address feeder, Signature signature, Blob content)
            implements PriceRecord {
        static final int KIND = 1;

        /** {@return what the feeder signed} */
        public Price price() {
            return new Price(time, sequence, content.hash(), marksRoot);
        }

        @Override
        public byte[] encode() {
            return new WireWriter(139 + content.size())
                    .version()
                    .u8(KIND)
                    .u63(time)
                    .u63(sequence)
                    .b32(marksRoot)
                    .address(feeder)
                    .signature(signature)
                    .blob(content)
                    .toBytes();
        }
    }

    /**
     * Another feeder signs a proposed price.
     *
     * @param digest the digest of the price
     * @param feeder who signs
     * @param signature the feeder's over the digest
     */
    record CoSigned(Bytes32 digest, Address feeder, Signature signature) implements PriceRecord {
        static final int KIND = 2;

        @Override
        public byte[] encode() {
            return new WireWriter(119)
                    .version()
                    .u8(KIND)
                    .b32(digest)
                    .address(feeder)
                    .signature(signature)
                    .toBytes();
        }
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    static PriceRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("price record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Proposed.KIND ->
                    new Proposed(
                            in.u63("time"),
                            in.u63("sequence"),
                            in.b32("marksRoot"),
                            in.address("feeder"),
                            in.signature("signature"),
                            in.blob("content"));
                case CoSigned.KIND -> new CoSigned(in.b32("digest"), in.address("feeder"), in.signature("signature"));
                default -> throw new Undecodable(1, "price record kind %d is not known".formatted(kind));
            };
        });
    }
}
