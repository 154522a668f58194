package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.web3j.crypto.StructuredDataEncoder;

/** Our digests against web3j's general encoder, which is right for these types. */
class Eip712Test {

    private final Domain domain = new Domain(31_337, Address.parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    private static Bytes32 web3j(String primaryType, Object message, Domain domain) throws Exception {
        return Bytes32.of(new StructuredDataEncoder(TypedData.json(primaryType, message, domain)).hashStructuredData());
    }

    /** Names for whatever a sample carries. */
    private static Listings names(Samples samples, AssetId... assets) {
        Map<AssetId, String> names = new LinkedHashMap<>();
        for (AssetId asset : assets) {
            names.put(asset, asset.isCash() ? "USD" : "A-" + asset.id());
        }
        names.putIfAbsent(samples.asset(), "OTHER");
        return Listings.of(names);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void everySignedType_agreesWithWeb3j(long seed) throws Exception {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 25; i++) {
            Intent intent = samples.intent();
            AssetId[] assets = java.util.stream.Stream.concat(
                            intent.legs().stream().map(Leg::asset),
                            java.util.stream.Stream.of(intent.conditions().watch()))
                    .distinct()
                    .toArray(AssetId[]::new);
            Listings names = names(samples, assets);
            assertThat(Eip712.digest(domain, intent, names))
                    .isEqualTo(web3j("Intent", TypedData.message(intent, names), domain));
            Bid bid = samples.bid();
            assertThat(Eip712.digest(domain, bid)).isEqualTo(web3j("Bid", TypedData.message(bid), domain));
            Commitment commitment = samples.commitment();
            assertThat(Eip712.digest(domain, commitment))
                    .isEqualTo(web3j("Commitment", TypedData.message(commitment), domain));
            Withdraw withdraw = samples.withdraw();
            Listings withdrawNames = names(samples, withdraw.asset());
            assertThat(Eip712.digest(domain, withdraw, withdrawNames))
                    .isEqualTo(web3j("Withdraw", TypedData.message(withdraw, withdrawNames), domain));
            Cancel cancel = samples.cancel();
            assertThat(Eip712.digest(domain, cancel)).isEqualTo(web3j("Cancel", TypedData.message(cancel), domain));
            Price price = samples.price();
            assertThat(Eip712.digest(domain, price)).isEqualTo(web3j("Price", TypedData.message(price), domain));
        }
    }

    @Test
    void theDomain_agreesWithWeb3j() throws Exception {
        Object message = TypedData.message(new Samples(1).price());
        assertThat(domain.separator().bytes())
                .isEqualTo(new StructuredDataEncoder(TypedData.json("Price", message, domain)).hashDomain());
    }

    @Test
    void anotherChainOrVault_givesAnotherDigest() {
        Price price = new Samples(1).price();
        Bytes32 here = Eip712.digest(domain, price);
        assertThat(Eip712.digest(new Domain(1, domain.vault()), price)).isNotEqualTo(here);
        assertThat(Eip712.digest(new Domain(31_337, Address.ZERO), price)).isNotEqualTo(here);
    }

    @Test
    void anAssetWithoutAName_hasNoDigest() {
        Withdraw withdraw = new Withdraw(Address.ZERO, 0, AssetId.spot(9), 1, Address.ZERO, 0, 0);
        assertThatExceptionOfType(NotListed.class)
                .isThrownBy(() -> Eip712.digest(domain, withdraw, Listings.NONE))
                .matches(e -> e.refusal().reason() == Reason.NOT_LISTED);
    }
}
