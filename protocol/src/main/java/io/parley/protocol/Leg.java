package io.parley.protocol;

/**
 * A signed quantity of one asset, as part of an intent.
 *
 * @param asset the asset
 * @param quantity units of 1e-8 for the whole intent; above zero the owner receives, below zero the owner gives
 */
public record Leg(AssetId asset, long quantity) {

    void writeTo(WireWriter out) {
        out.asset(asset).i64(quantity);
    }

    static Leg readFrom(WireReader in) {
        return new Leg(in.asset("leg asset"), in.i64("leg quantity"));
    }
}
