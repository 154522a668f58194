package io.parley.bench.micro;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.protocol.Listings;
import io.parley.protocol.SignedIntent;
import java.util.List;

/** An intent as the door's JSON, bound to records: 64-bit numbers are strings, as JSON's own lose digits. */
record IntentJson(
        String owner,
        long account,
        List<LegJson> legs,
        String cash,
        String maxFee,
        long parts,
        long minParts,
        String validFrom,
        String validUntil,
        String nonce,
        boolean verifiedOnly,
        String signature) {

    record LegJson(String asset, String quantity) {}

    static IntentJson of(SignedIntent signed, Listings listings) {
        var intent = signed.intent();
        return new IntentJson(
                intent.owner().hex(),
                intent.account(),
                intent.legs().stream()
                        .map(leg ->
                                new LegJson(listings.nameOf(leg.asset()).orElseThrow(), Long.toString(leg.quantity())))
                        .toList(),
                Long.toString(intent.cash()),
                Long.toString(intent.maxFee()),
                intent.parts(),
                intent.minParts(),
                Long.toString(intent.validFrom()),
                Long.toString(intent.validUntil()),
                Long.toUnsignedString(intent.nonce()),
                intent.verifiedOnly(),
                signed.signature().hex());
    }

    /** What {@code eth_signTypedData_v4} takes, and what web3j's encoder reads. */
    static String typedData(SignedIntent signed, Listings listings) {
        var json = new ObjectMapper();
        var root = json.createObjectNode();
        var types = root.putObject("types");
        type(types, "EIP712Domain", "string name,string version,uint256 chainId,address verifyingContract");
        type(
                types,
                "Intent",
                "address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,"
                        + "uint64 validFrom,uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions");
        type(types, "Leg", "string asset,int64 quantity");
        type(
                types,
                "Conditions",
                "string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove");
        root.put("primaryType", "Intent");
        root.putObject("domain")
                .put("name", "Parley")
                .put("version", "1")
                .put("chainId", Long.toString(SampleIntents.DOMAIN.chainId()))
                .put("verifyingContract", SampleIntents.DOMAIN.vault().hex());
        var values = of(signed, listings);
        var message =
                root.putObject("message").put("owner", values.owner()).put("account", Long.toString(values.account()));
        var legs = message.putArray("legs");
        values.legs().forEach(leg -> legs.addObject().put("asset", leg.asset()).put("quantity", leg.quantity()));
        message.put("cash", values.cash())
                .put("maxFee", values.maxFee())
                .put("parts", Long.toString(values.parts()))
                .put("minParts", Long.toString(values.minParts()))
                .put("validFrom", values.validFrom())
                .put("validUntil", values.validUntil())
                .put("nonce", values.nonce())
                .put("verifiedOnly", values.verifiedOnly());
        message.putObject("conditions")
                .put("watch", "")
                .put("when", "")
                .put("price", "0")
                .put("trail", "0")
                .put("every", "0")
                .put("reduceOnly", false)
                .put("onlyImprove", false);
        return root.toString();
    }

    private static void type(ObjectNode types, String name, String members) {
        var array = types.putArray(name);
        for (var member : members.split(",", -1)) {
            var words = member.split(" ", -1);
            array.addObject().put("name", words[1]).put("type", words[0]);
        }
    }
}
