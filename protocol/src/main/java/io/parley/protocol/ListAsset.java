package io.parley.protocol;

import java.nio.charset.StandardCharsets;

/**
 * An asset was listed: its name is bound to its id.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param listingIndex the listing's leaf, from 0 in the order of listing
 * @param asset the asset
 * @param name the name a wallet signs, 1 to 255 printable ASCII characters
 */
public record ListAsset(long queueIndex, int listingIndex, AssetId asset, String name) implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 3;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range or the name is malformed
     */
    public ListAsset {
        Range.u63(queueIndex, "queueIndex");
        Range.u31(listingIndex, "listingIndex");
        Listings.ascii(name);
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        byte[] ascii = Listings.ascii(name);
        out.u63(queueIndex).u32(listingIndex).asset(asset).u8(ascii.length).raw(ascii);
    }

    static ListAsset readBody(WireReader in) {
        long queueIndex = in.u63("queueIndex");
        int listingIndex = in.u31("listingIndex");
        AssetId asset = in.asset("asset");
        byte[] name = in.raw(in.u8("nameLength"), "name").bytes();
        // Bytes above 127 become characters that the constructor refuses.
        return new ListAsset(queueIndex, listingIndex, asset, new String(name, StandardCharsets.ISO_8859_1));
    }
}
