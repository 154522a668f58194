package io.parley.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which assets are listed, under which names, in the order of listing. Immutable: a listing gives a new instance.
 */
public final class Listings implements AssetNames {

    /** No asset is listed, not even the cash. */
    public static final Listings NONE = new Listings(List.of(), Map.of(), Map.of());

    /** The listings tree has depth 16. */
    public static final int DEPTH = 16;

    /**
     * One listed asset.
     *
     * @param index the order of listing, from 0; its leaf in the listings tree
     * @param asset the asset
     * @param name the name a wallet signs, ASCII, 1 to 255 characters
     * @param nameHash {@code H(name)}
     */
    public record Listing(int index, AssetId asset, String name, Bytes32 nameHash) {
        /** {@return the leaf of the listings tree, {@code H(u64 asset ‖ b32 H(name))}} */
        public Bytes32 leaf() {
            return Keccak256.hash(new WireWriter(40).asset(asset).b32(nameHash).toBytes());
        }
    }

    private final List<Listing> listings;
    private final Map<AssetId, Listing> byAsset;
    private final Map<String, Listing> byName;

    private Listings(List<Listing> listings, Map<AssetId, Listing> byAsset, Map<String, Listing> byName) {
        this.listings = listings;
        this.byAsset = byAsset;
        this.byName = byName;
    }

    /**
     * Lists assets one after the other.
     *
     * @param names assets with their names, in the iteration order of the map
     * @return the listings
     * @throws IllegalArgumentException as {@link #with}
     */
    public static Listings of(Map<AssetId, String> names) {
        List<Listing> listings = new ArrayList<>();
        Map<AssetId, Listing> byAsset = new HashMap<>();
        Map<String, Listing> byName = new HashMap<>();
        names.forEach((asset, name) -> add(asset, name, listings, byAsset, byName));
        return new Listings(List.copyOf(listings), byAsset, byName);
    }

    /**
     * Lists one more asset, at the next index.
     *
     * @param asset the asset, not yet listed
     * @param name its name, ASCII, 1 to 255 characters, not yet taken
     * @return new listings with it
     * @throws IllegalArgumentException if the asset or the name is listed, the name is malformed, or 65536 are listed
     */
    public Listings with(AssetId asset, String name) {
        List<Listing> more = new ArrayList<>(listings);
        Map<AssetId, Listing> assets = new HashMap<>(byAsset);
        Map<String, Listing> names = new HashMap<>(byName);
        add(asset, name, more, assets, names);
        return new Listings(List.copyOf(more), assets, names);
    }

    private static void add(
            AssetId asset,
            String name,
            List<Listing> listings,
            Map<AssetId, Listing> byAsset,
            Map<String, Listing> byName) {
        if (byAsset.containsKey(asset) || byName.containsKey(name)) {
            throw new IllegalArgumentException("The asset (%s) named %s is listed already.".formatted(asset, name));
        }
        if (listings.size() == 1 << DEPTH) {
            throw new IllegalArgumentException("At most %d assets can be listed.".formatted(1 << DEPTH));
        }
        byte[] ascii = ascii(name);
        Listing listing = new Listing(listings.size(), asset, name, Keccak256.hash(ascii));
        listings.add(listing);
        byAsset.put(asset, listing);
        byName.put(name, listing);
    }

    static byte[] ascii(String name) {
        boolean printable =
                !name.isEmpty() && name.length() <= 255 && name.chars().allMatch(c -> c > ' ' && c <= '~');
        if (!printable) {
            throw new IllegalArgumentException(
                    "A name has 1 to 255 printable ASCII characters, this has %d.".formatted(name.length()));
        }
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * {@return the name of an asset, empty if it is not listed}
     *
     * @param asset the asset
     */
    public Optional<String> nameOf(AssetId asset) {
        return listing(asset).map(Listing::name);
    }

    @Override
    public Optional<Bytes32> nameHash(AssetId asset) {
        return listing(asset).map(Listing::nameHash);
    }

    /**
     * {@return the asset of a name, empty if it is not listed}
     *
     * @param name the name
     */
    public Optional<AssetId> idOf(String name) {
        return Optional.ofNullable(byName.get(name)).map(Listing::asset);
    }

    /**
     * {@return the listing of an asset, empty if it is not listed}
     *
     * @param asset the asset
     */
    public Optional<Listing> listing(AssetId asset) {
        return Optional.ofNullable(byAsset.get(asset));
    }

    /**
     * {@return whether an asset is listed}
     *
     * @param asset the asset
     */
    public boolean contains(AssetId asset) {
        return byAsset.containsKey(asset);
    }

    /** {@return all listings in order of their index} */
    public List<Listing> all() {
        return listings;
    }

    /** {@return how many assets are listed} */
    public int size() {
        return listings.size();
    }

    /** {@return the root of the listings tree} */
    public Bytes32 root() {
        return Merkle.root(listings.stream().map(Listing::leaf).toList(), DEPTH);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Listings that && listings.equals(that.listings);
    }

    @Override
    public int hashCode() {
        return listings.hashCode();
    }

    @Override
    public String toString() {
        return listings.stream().map(Listing::name).toList().toString();
    }
}
