package io.parley.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The signed types as JSON typed data: what a wallet is shown, and what other libraries hash. */
final class TypedData {

    static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("EIP712Domain", "string name,string version,uint256 chainId,address verifyingContract"),
            Map.entry(
                    "Intent",
                    "address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,"
                            + "uint64 validFrom,uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions"),
            Map.entry("Leg", "string asset,int64 quantity"),
            Map.entry(
                    "Conditions",
                    "string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove"),
            Map.entry(
                    "Bid",
                    "address solver,uint32 account,uint64 auction,Fill[] fills,uint64 pays,bytes32 path,"
                            + "uint64 validUntil,bytes32 salt"),
            Map.entry("Fill", "bytes32 intent,uint32 parts,int64 cash,uint64 fee"),
            Map.entry("Commitment", "address solver,uint32 account,uint64 auction,bytes32 bid,uint64 cap"),
            Map.entry(
                    "Withdraw",
                    "address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce"),
            Map.entry("Cancel", "address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil"),
            Map.entry("Price", "uint64 time,uint64 sequence,bytes32 content,bytes32 marks"),
            Map.entry("SetMode", "address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce"),
            Map.entry("Heartbeat", "address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce"));

    private static final Map<String, List<String>> USED = Map.of(
            "Intent",
            List.of("EIP712Domain", "Intent", "Leg", "Conditions"),
            "Bid",
            List.of("EIP712Domain", "Bid", "Fill"));

    private TypedData() {}

    static String json(String primaryType, Object message, Domain domain) throws JsonProcessingException {
        Map<String, Object> types = new LinkedHashMap<>();
        for (String type : USED.getOrDefault(primaryType, List.of("EIP712Domain", primaryType))) {
            types.put(type, members(type));
        }
        return new ObjectMapper()
                .writeValueAsString(Map.of(
                        "types",
                        types,
                        "primaryType",
                        primaryType,
                        "domain",
                        Map.of(
                                "name",
                                "Parley",
                                "version",
                                "1",
                                "chainId",
                                Long.toString(domain.chainId()),
                                "verifyingContract",
                                domain.vault().hex()),
                        "message",
                        message));
    }

    private static List<Map<String, String>> members(String type) {
        return java.util.Arrays.stream(TYPES.get(type).split(","))
                .map(member -> member.split(" "))
                .map(member -> Map.of("type", member[0], "name", member[1]))
                .toList();
    }

    static Map<String, Object> message(Intent intent, Listings names) {
        Conditions conditions = intent.conditions();
        return ordered(
                "owner", intent.owner().hex(),
                "account", decimal(intent.account()),
                "legs",
                        intent.legs().stream()
                                .map(leg ->
                                        ordered("asset", name(leg.asset(), names), "quantity", decimal(leg.quantity())))
                                .toList(),
                "cash", decimal(intent.cash()),
                "maxFee", decimal(intent.maxFee()),
                "parts", decimal(intent.parts()),
                "minParts", decimal(intent.minParts()),
                "validFrom", decimal(intent.validFrom()),
                "validUntil", decimal(intent.validUntil()),
                "nonce", Long.toUnsignedString(intent.nonce()),
                "verifiedOnly", intent.verifiedOnly(),
                "conditions",
                        ordered(
                                "watch", conditions.watch().isCash() ? "" : name(conditions.watch(), names),
                                "when", conditions.when().word(),
                                "price", decimal(conditions.price()),
                                "trail", decimal(conditions.trail()),
                                "every", decimal(conditions.every()),
                                "reduceOnly", conditions.reduceOnly(),
                                "onlyImprove", conditions.onlyImprove()));
    }

    static Map<String, Object> message(Bid bid) {
        return ordered(
                "solver", bid.solver().hex(),
                "account", decimal(bid.account()),
                "auction", decimal(bid.auction()),
                "fills",
                        bid.fills().stream()
                                .map(fill -> ordered(
                                        "intent", fill.intent().hex(),
                                        "parts", decimal(fill.parts()),
                                        "cash", decimal(fill.cash()),
                                        "fee", decimal(fill.fee())))
                                .toList(),
                "pays", decimal(bid.pays()),
                "path", bid.path().hex(),
                "validUntil", decimal(bid.validUntil()),
                "salt", bid.salt().hex());
    }

    static Map<String, Object> message(Commitment commitment) {
        return ordered(
                "solver", commitment.solver().hex(),
                "account", decimal(commitment.account()),
                "auction", decimal(commitment.auction()),
                "bid", commitment.bid().hex(),
                "cap", decimal(commitment.cap()));
    }

    static Map<String, Object> message(Withdraw withdraw, Listings names) {
        return ordered(
                "owner", withdraw.owner().hex(),
                "account", decimal(withdraw.account()),
                "asset", name(withdraw.asset(), names),
                "amount", decimal(withdraw.amount()),
                "to", withdraw.to().hex(),
                "validUntil", decimal(withdraw.validUntil()),
                "nonce", Long.toUnsignedString(withdraw.nonce()));
    }

    static Map<String, Object> message(Cancel cancel) {
        return ordered(
                "owner", cancel.owner().hex(),
                "account", decimal(cancel.account()),
                "kind", decimal(cancel.kind()),
                "nonce", Long.toUnsignedString(cancel.nonce()),
                "validUntil", decimal(cancel.validUntil()));
    }

    static Map<String, Object> message(SetMode setMode) {
        return ordered(
                "owner", setMode.owner().hex(),
                "account", decimal(setMode.account()),
                "mode", decimal(setMode.mode()),
                "validUntil", decimal(setMode.validUntil()),
                "nonce", Long.toUnsignedString(setMode.nonce()));
    }

    static Map<String, Object> message(Heartbeat heartbeat) {
        return ordered(
                "owner", heartbeat.owner().hex(),
                "account", decimal(heartbeat.account()),
                "until", decimal(heartbeat.until()),
                "validUntil", decimal(heartbeat.validUntil()),
                "nonce", Long.toUnsignedString(heartbeat.nonce()));
    }

    static Map<String, Object> message(Price price) {
        return ordered(
                "time", decimal(price.time()),
                "sequence", decimal(price.sequence()),
                "content", price.content().hex(),
                "marks", price.marks().hex());
    }

    private static String name(AssetId asset, Listings names) {
        return names.nameOf(asset).orElseThrow();
    }

    private static String decimal(long value) {
        return Long.toString(value);
    }

    /** A map in the order of the arguments: key, value, key, value. */
    static Map<String, Object> ordered(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }
}
