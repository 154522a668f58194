package io.parley.intents.infra.store;

import io.parley.clearing.MarginParameters;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.PriceContent;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** The price and the margin parameters in force. */
@Entity
@Immutable
@Table(schema = "views", name = "pricing")
public class PricingRow extends PanacheEntityBase {

    /** The only row. */
    public static final int ID = 0;

    @Id
    public int id;

    public long stable;

    public long time;

    public long sequence;

    @Column(name = "price_hash")
    public String priceHash;

    public String underlyings;

    public String marks;

    public @Nullable String parameters;

    /** What feeders signed. */
    public PriceContent content() {
        return new PriceContent(
                stable,
                list(
                        new JsonArray(underlyings),
                        json -> new PriceContent.Underlying(
                                json.getInteger("underlying"),
                                number(json, "spot"),
                                number(json, "confidence"),
                                number(json, "rate"),
                                number(json, "perpMark"),
                                list(json.getJsonArray("expiries"), PricingRow::expiry))),
                list(
                                new JsonArray(marks),
                                json -> new PriceContent.Mark(new AssetId(number(json, "asset")), number(json, "mark")))
                        .stream()
                        .sorted(Comparator.comparing(PriceContent.Mark::asset))
                        .toList());
    }

    /** Empty if there are none, or none that the ledger takes. */
    public Optional<MarginParameters> marginParameters() {
        return Optional.ofNullable(parameters)
                .map(hex -> MarginParameters.admissible(Blob.parse(hex).bytes()));
    }

    private static <T> List<T> list(JsonArray array, Function<JsonObject, T> element) {
        return array.stream().map(JsonObject.class::cast).map(element).toList();
    }

    private static PriceContent.Expiry expiry(JsonObject json) {
        return new PriceContent.Expiry(
                json.getInteger("day"),
                number(json, "forward"),
                number(json, "a"),
                number(json, "b"),
                number(json, "rho"),
                number(json, "m"),
                number(json, "sigma"));
    }

    private static long number(JsonObject json, String field) {
        return Long.parseLong(json.getString(field));
    }
}
