package io.parley.devnet.deployment;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is listed on the dev chain: two coins with spot and perpetual, and options on one of them. */
public final class DemoMarket {

    public static final int ETH = 1;
    public static final int BTC = 2;

    /** Symbol by number of the underlying. */
    public static final Map<Integer, String> SYMBOLS = Map.of(ETH, "ETH", BTC, "BTC");

    static final List<LocalDate> EXPIRIES = List.of(LocalDate.of(2026, 12, 25), LocalDate.of(2027, 3, 26));

    private DemoMarket() {}

    /** An asset and the name that wallets sign. */
    public record Listed(AssetId asset, String name) {}

    /** Cash first, then spot, perpetuals and options, in the order in which they are listed. */
    public static List<Listed> listings() {
        var listed = new ArrayList<Listed>();
        listed.add(new Listed(AssetId.cash(), "USD"));
        for (int underlying : new int[] {ETH, BTC}) {
            listed.add(named(AssetId.spot(underlying)));
            listed.add(named(AssetId.perp(underlying)));
        }
        for (var expiry : EXPIRIES) {
            for (int strike = 2600; strike <= 3800; strike += 200) {
                for (boolean call : new boolean[] {true, false}) {
                    listed.add(named(AssetId.option(ETH, expiry, call, Math.multiplyExact(strike, Fixed8.ONE))));
                }
            }
        }
        return List.copyOf(listed);
    }

    private static Listed named(AssetId asset) {
        return new Listed(asset, asset.name(SYMBOLS.getOrDefault(asset.underlying(), "")));
    }
}
