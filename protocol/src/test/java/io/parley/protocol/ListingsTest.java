package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingsTest {

    private final Listings listings = Listings.NONE.with(AssetId.cash(), "USD").with(AssetId.spot(1), "ETH");

    @Test
    void aListing_bindsIdNameAndIndex() {
        assertThat(listings.nameOf(AssetId.spot(1))).contains("ETH");
        assertThat(listings.idOf("ETH")).contains(AssetId.spot(1));
        assertThat(listings.listing(AssetId.spot(1)).orElseThrow().index()).isEqualTo(1);
        assertThat(listings.nameHash(AssetId.spot(1)))
                .contains(Keccak256.hash("ETH".getBytes(StandardCharsets.US_ASCII)));
        assertThat(listings.contains(AssetId.perp(1))).isFalse();
        assertThat(listings.size()).isEqualTo(2);
    }

    @Test
    void listing_leavesEarlierListingsAlone() {
        Listings more = listings.with(AssetId.perp(1), "ETH-PERP");
        assertThat(listings.contains(AssetId.perp(1))).isFalse();
        assertThat(more.all()).extracting(Listings.Listing::index).containsExactly(0, 1, 2);
    }

    @Test
    void theRoot_isOverLeavesOfIdAndNameHash() {
        Bytes32 usd = Keccak256.hash(
                new byte[8],
                Keccak256.hash("USD".getBytes(StandardCharsets.US_ASCII)).bytes());
        assertThat(Listings.NONE.with(AssetId.cash(), "USD").root()).isEqualTo(Merkle.root(List.of(usd), 16));
        assertThat(Listings.NONE.root()).isEqualTo(Bytes32.ZERO);
    }

    @Test
    void nothingIsListedTwice_andNamesAreAscii() {
        assertThatIllegalArgumentException().isThrownBy(() -> listings.with(AssetId.spot(1), "ETH2"));
        assertThatIllegalArgumentException().isThrownBy(() -> listings.with(AssetId.spot(2), "ETH"));
        assertThatIllegalArgumentException().isThrownBy(() -> listings.with(AssetId.spot(2), ""));
        assertThatIllegalArgumentException().isThrownBy(() -> listings.with(AssetId.spot(2), "ÉTH"));
        assertThatIllegalArgumentException().isThrownBy(() -> listings.with(AssetId.spot(2), "E".repeat(256)));
    }
}
