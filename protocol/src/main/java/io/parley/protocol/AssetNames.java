package io.parley.protocol;

import java.util.Optional;

/** The names of assets as digests need them: their hashes. Known from {@link Listings} or from proofs of listings. */
@FunctionalInterface
public interface AssetNames {

    /**
     * {@return {@code H(name)} of an asset, empty if it is not listed}
     *
     * @param asset the asset
     */
    Optional<Bytes32> nameHash(AssetId asset);
}
