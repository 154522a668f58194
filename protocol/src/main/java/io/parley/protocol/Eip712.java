package io.parley.protocol;

import io.parley.protocol.Keccak256.Words;

/**
 * EIP-712 digests of the protocol's signed types, made from the decoded values with fixed encoders. Assets are signed
 * by name, so digests of what carries assets need the listings.
 */
public final class Eip712 {

    private static final String LEG = "Leg(string asset,int64 quantity)";
    private static final String CONDITIONS = "Conditions(string watch,string when,int64 price,int64 trail,"
            + "uint32 every,bool reduceOnly,bool onlyImprove)";
    private static final String FILL = "Fill(bytes32 intent,uint32 parts,int64 cash,uint64 fee)";

    private static final Bytes32 LEG_TYPE = Keccak256.text(LEG);
    private static final Bytes32 CONDITIONS_TYPE = Keccak256.text(CONDITIONS);
    private static final Bytes32 FILL_TYPE = Keccak256.text(FILL);
    private static final Bytes32 INTENT_TYPE =
            Keccak256.text("Intent(address owner,uint32 account,Leg[] legs,int64 cash,"
                    + "uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom,uint64 validUntil,uint64 nonce,"
                    + "bool verifiedOnly,Conditions conditions)" + CONDITIONS + LEG);
    private static final Bytes32 BID_TYPE =
            Keccak256.text("Bid(address solver,uint32 account,uint64 auction,Fill[] fills,"
                    + "uint64 pays,bytes32 path,uint64 validUntil,bytes32 salt)" + FILL);
    private static final Bytes32 COMMITMENT_TYPE =
            Keccak256.text("Commitment(address solver,uint32 account,uint64 auction,bytes32 bid,uint64 cap)");
    private static final Bytes32 WITHDRAW_TYPE = Keccak256.text("Withdraw(address owner,uint32 account,string asset,"
            + "uint64 amount,address to,uint64 validUntil,uint64 nonce)");
    private static final Bytes32 CANCEL_TYPE =
            Keccak256.text("Cancel(address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil)");
    private static final Bytes32 SET_MODE_TYPE =
            Keccak256.text("SetMode(address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce)");
    private static final Bytes32 HEARTBEAT_TYPE =
            Keccak256.text("Heartbeat(address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce)");
    private static final Bytes32 PRICE_TYPE =
            Keccak256.text("Price(uint64 time,uint64 sequence,bytes32 content,bytes32 marks)");

    private static final Bytes32 EMPTY = Keccak256.text("");
    private static final Bytes32 NO_CONDITIONS = hash(Conditions.NONE, Listings.NONE);

    private Eip712() {}

    /**
     * {@return the digest of an intent, which is its id}
     *
     * @param domain where it counts
     * @param intent the intent
     * @param names the listings or what was proven of them, for the names of its assets
     * @throws NotListed if an asset of it has no name
     */
    public static Bytes32 digest(Domain domain, Intent intent, AssetNames names) {
        Words legs = new Words();
        for (Leg leg : intent.legs()) {
            legs.word(new Words()
                    .word(LEG_TYPE)
                    .word(name(leg.asset(), names))
                    .signed(leg.quantity())
                    .hash());
        }
        Conditions conditions = intent.conditions();
        Bytes32 struct = new Words()
                .word(INTENT_TYPE)
                .address(intent.owner())
                .uint(intent.account())
                .word(legs.hash())
                .signed(intent.cash())
                .uint(intent.maxFee())
                .uint(intent.parts())
                .uint(intent.minParts())
                .uint(intent.validFrom())
                .uint(intent.validUntil())
                .uint(intent.nonce())
                .bool(intent.verifiedOnly())
                .word(conditions.isNone() ? NO_CONDITIONS : hash(conditions, names))
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a bid, which its commitment binds}
     *
     * @param domain where it counts
     * @param bid the bid
     */
    public static Bytes32 digest(Domain domain, Bid bid) {
        Words fills = new Words();
        for (Fill fill : bid.fills()) {
            fills.word(new Words()
                    .word(FILL_TYPE)
                    .word(fill.intent())
                    .uint(fill.parts())
                    .signed(fill.cash())
                    .uint(fill.fee())
                    .hash());
        }
        Bytes32 struct = new Words()
                .word(BID_TYPE)
                .address(bid.solver())
                .uint(bid.account())
                .uint(bid.auction())
                .word(fills.hash())
                .uint(bid.pays())
                .word(bid.path())
                .uint(bid.validUntil())
                .word(bid.salt())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a commitment}
     *
     * @param domain where it counts
     * @param commitment the commitment
     */
    public static Bytes32 digest(Domain domain, Commitment commitment) {
        Bytes32 struct = new Words()
                .word(COMMITMENT_TYPE)
                .address(commitment.solver())
                .uint(commitment.account())
                .uint(commitment.auction())
                .word(commitment.bid())
                .uint(commitment.cap())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a withdrawal}
     *
     * @param domain where it counts
     * @param withdraw the withdrawal
     * @param names the listings or what was proven of them, for the name of its asset
     * @throws NotListed if the asset has no name
     */
    public static Bytes32 digest(Domain domain, Withdraw withdraw, AssetNames names) {
        Bytes32 struct = new Words()
                .word(WITHDRAW_TYPE)
                .address(withdraw.owner())
                .uint(withdraw.account())
                .word(name(withdraw.asset(), names))
                .uint(withdraw.amount())
                .address(withdraw.to())
                .uint(withdraw.validUntil())
                .uint(withdraw.nonce())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a cancel}
     *
     * @param domain where it counts
     * @param cancel the cancel
     */
    public static Bytes32 digest(Domain domain, Cancel cancel) {
        Bytes32 struct = new Words()
                .word(CANCEL_TYPE)
                .address(cancel.owner())
                .uint(cancel.account())
                .uint(cancel.kind())
                .uint(cancel.nonce())
                .uint(cancel.validUntil())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a choice of margin mode}
     *
     * @param domain where it counts
     * @param setMode the choice
     */
    public static Bytes32 digest(Domain domain, SetMode setMode) {
        Bytes32 struct = new Words()
                .word(SET_MODE_TYPE)
                .address(setMode.owner())
                .uint(setMode.account())
                .uint(setMode.mode())
                .uint(setMode.validUntil())
                .uint(setMode.nonce())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a heartbeat}
     *
     * @param domain where it counts
     * @param heartbeat the heartbeat
     */
    public static Bytes32 digest(Domain domain, Heartbeat heartbeat) {
        Bytes32 struct = new Words()
                .word(HEARTBEAT_TYPE)
                .address(heartbeat.owner())
                .uint(heartbeat.account())
                .uint(heartbeat.until())
                .uint(heartbeat.validUntil())
                .uint(heartbeat.nonce())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    /**
     * {@return the digest of a price, which is the state's priceHash}
     *
     * @param domain where it counts
     * @param price the price
     */
    public static Bytes32 digest(Domain domain, Price price) {
        Bytes32 struct = new Words()
                .word(PRICE_TYPE)
                .uint(price.time())
                .uint(price.sequence())
                .word(price.content())
                .word(price.marks())
                .hash();
        return Keccak256.typedData(domain.separator(), struct);
    }

    private static Bytes32 hash(Conditions conditions, AssetNames names) {
        return new Words()
                .word(CONDITIONS_TYPE)
                .word(conditions.watch().isCash() ? EMPTY : name(conditions.watch(), names))
                .word(Keccak256.text(conditions.when().word()))
                .signed(conditions.price())
                .signed(conditions.trail())
                .uint(conditions.every())
                .bool(conditions.reduceOnly())
                .bool(conditions.onlyImprove())
                .hash();
    }

    private static Bytes32 name(AssetId asset, AssetNames names) {
        return names.nameHash(asset).orElseThrow(() -> new NotListed(asset));
    }
}
