package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.Withdraw;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * The EIP-712 digests of what names assets, made from the hashes of the names: a witness proves those and not the
 * names. Word by word as the contract does it.
 */
final class WitnessDigests {
    private static final String CONDITIONS = "Conditions(string watch,string when,int64 price,int64 trail,"
            + "uint32 every,bool reduceOnly,bool onlyImprove)";
    private static final String LEG = "Leg(string asset,int64 quantity)";
    private static final Bytes32 INTENT_TYPE = text("Intent(address owner,uint32 account,Leg[] legs,int64 cash,"
            + "uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom,uint64 validUntil,uint64 nonce,"
            + "bool verifiedOnly,Conditions conditions)" + CONDITIONS + LEG);
    private static final Bytes32 LEG_TYPE = text(LEG);
    private static final Bytes32 WITHDRAW_TYPE = text("Withdraw(address owner,uint32 account,string asset,"
            + "uint64 amount,address to,uint64 validUntil,uint64 nonce)");
    private static final Bytes32 NO_CONDITIONS = new Words(8)
            .add(text(CONDITIONS))
            .add(text(""))
            .add(text(""))
            .add(0)
            .add(0)
            .add(0)
            .add(0)
            .add(0)
            .hash();

    private final Bytes32 separator;
    private final Function<AssetId, Bytes32> nameHashes;

    WitnessDigests(Bytes32 separator, Function<AssetId, Bytes32> nameHashes) {
        this.separator = separator;
        this.nameHashes = nameHashes;
    }

    /** The id of an intent without conditions. */
    Bytes32 digest(Intent intent) {
        Words legs = new Words(intent.legs().size());
        for (Leg leg : intent.legs()) {
            legs.add(new Words(3)
                    .add(LEG_TYPE)
                    .add(nameHashes.apply(leg.asset()))
                    .addSigned(leg.quantity())
                    .hash());
        }
        return typedData(new Words(13)
                .add(INTENT_TYPE)
                .add(intent.owner())
                .add(intent.account())
                .add(legs.hash())
                .addSigned(intent.cash())
                .add(intent.maxFee())
                .add(intent.parts())
                .add(intent.minParts())
                .add(intent.validFrom())
                .add(intent.validUntil())
                .add(intent.nonce())
                .add(intent.verifiedOnly() ? 1 : 0)
                .add(NO_CONDITIONS)
                .hash());
    }

    Bytes32 digest(Withdraw withdraw) {
        return typedData(new Words(8)
                .add(WITHDRAW_TYPE)
                .add(withdraw.owner())
                .add(withdraw.account())
                .add(nameHashes.apply(withdraw.asset()))
                .add(withdraw.amount())
                .add(withdraw.to())
                .add(withdraw.validUntil())
                .add(withdraw.nonce())
                .hash());
    }

    private Bytes32 typedData(Bytes32 struct) {
        byte[] bytes = new byte[66];
        bytes[0] = 0x19;
        bytes[1] = 0x01;
        separator.write(bytes, 2);
        struct.write(bytes, 34);
        return Keccak256.hash(bytes);
    }

    private static Bytes32 text(String text) {
        return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Words {
        private final byte[] bytes;
        private int at;

        Words(int count) {
            bytes = new byte[32 * count];
        }

        Words add(Bytes32 word) {
            word.write(bytes, at);
            at += 32;
            return this;
        }

        Words add(Address address) {
            address.write(bytes, at + 12);
            at += 32;
            return this;
        }

        /** An unsigned integer of at most 64 bits. */
        Words add(long unsigned) {
            BigEndian.u64(bytes, at + 24, unsigned);
            at += 32;
            return this;
        }

        Words addSigned(long value) {
            for (int i = 0; i < 24; i += 8) {
                BigEndian.u64(bytes, at + i, value >> 63);
            }
            return add(value);
        }

        Bytes32 hash() {
            return Keccak256.hash(bytes);
        }
    }
}
