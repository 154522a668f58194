package io.parley.bench.micro;

import io.parley.devnet.deployment.DemoMarket;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.SignedIntent;
import java.util.ArrayList;
import java.util.List;

/** Intents as wallets send them, signed with fixed keys: a third each with one leg, two and four. */
final class SampleIntents {

    static final Domain DOMAIN = new Domain(31_337, Address.parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    /** How many there are: a power of two. */
    static final int COUNT = 64;

    private static final long LATER = 1_900_000_000;

    private SampleIntents() {}

    static Listings listings() {
        var listings = Listings.NONE;
        for (var listed : DemoMarket.listings()) {
            listings = listings.with(listed.asset(), listed.name());
        }
        return listings;
    }

    static PrivateKeySigner key(int number) {
        var key = new byte[32];
        key[0] = 1;
        key[30] = (byte) (number >> 8);
        key[31] = (byte) number;
        return PrivateKeySigner.of(key);
    }

    static List<SignedIntent> signed(Listings listings) {
        var assets = listings.all().stream()
                .map(Listings.Listing::asset)
                .filter(a -> !a.isCash())
                .sorted()
                .toList();
        var signed = new ArrayList<SignedIntent>();
        for (int i = 0; i < COUNT; i++) {
            var signer = key(i + 1);
            var intent = new Intent(
                    signer.address(),
                    0,
                    legs(assets, i),
                    -(90 + i) * Fixed8.ONE,
                    Fixed8.ONE,
                    1,
                    1,
                    0,
                    LATER,
                    i,
                    false,
                    Conditions.NONE);
            signed.add(new SignedIntent(intent, signer.sign(Eip712.digest(DOMAIN, intent, listings))));
        }
        return List.copyOf(signed);
    }

    private static List<Leg> legs(List<AssetId> assets, int number) {
        int count = 1 << number % 3;
        int step = assets.size() / 4;
        var legs = new ArrayList<Leg>();
        for (int leg = 0; leg < count; leg++) {
            legs.add(new Leg(
                    assets.get(number % step + leg * step), (leg % 2 == 0 ? 1 : -1) * (number + 1) * 1_000_000L));
        }
        return legs;
    }
}
