package io.parley.intents.infra.rest;

import io.parley.intents.infra.store.AuctionRow;
import io.parley.intents.infra.store.BatchRow;
import io.parley.intents.infra.store.BidFillRow;
import io.parley.intents.infra.store.BidRow;
import io.parley.intents.infra.store.FillRow;
import io.parley.intents.infra.store.MarketRow;
import io.parley.intents.infra.store.SettlementRow;
import io.parley.intents.infra.store.UnderlyingRow;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What happens on the market: auctions, bids, fills, batches, prices. */
@Singleton
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "market")
public final class MarketResource {

    private final Streams streams;

    MarketResource(Streams streams) {
        this.streams = streams;
    }

    @GET
    @Path("auctions")
    @Operation(summary = "Auctions, the latest first")
    public Uni<List<Answers.Auction>> auctions(
            @QueryParam("before") @Nullable String before, @QueryParam("limit") @Nullable String limit) {
        long below = Parameters.optional("before", before).orElse(Long.MAX_VALUE);
        int most = Parameters.limit(limit);
        return Panache.withSession(() -> AuctionRow.<AuctionRow>find("auction < ?1 order by auction desc", below)
                        .page(0, most)
                        .list())
                .map(rows -> rows.stream().map(Answers.Auction::of).toList());
    }

    @GET
    @Path("auctions/{auction}")
    @Operation(summary = "An auction")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.Auction.class)))
    @APIResponse(responseCode = "404", description = "Not known")
    public Uni<Response> auction(@PathParam("auction") String text) {
        long auction = Parameters.number("auction", text);
        return Panache.withSession(() -> AuctionRow.<AuctionRow>findById(auction))
                .map(row -> row == null
                        ? Failures.unknown("auction", text)
                        : Response.ok(Answers.Auction.of(row)).build());
    }

    @GET
    @Path("auctions/{auction}/bids")
    @Operation(summary = "The bids of an auction with holds, verdicts and outcomes")
    public Uni<List<Answers.Bid>> bids(@PathParam("auction") String text) {
        long auction = Parameters.number("auction", text);
        return Panache.withSession(() -> BidRow.<BidRow>find("auction = ?1 order by bid", auction)
                .list()
                .flatMap(bids -> BidFillRow.<BidFillRow>find(
                                "bid in ?1 order by bid, ordinal",
                                bids.stream().map(bid -> bid.bid).toList())
                        .list()
                        .map(fills -> {
                            var byBid = fills.stream()
                                    .collect(Collectors.groupingBy(
                                            fill -> fill.bid,
                                            Collectors.mapping(Answers.BidFill::of, Collectors.toList())));
                            return bids.stream()
                                    .map(bid -> Answers.Bid.of(bid, byBid.getOrDefault(bid.bid, List.of())))
                                    .toList();
                        })));
    }

    @GET
    @Path("fills")
    @Operation(summary = "Fills, the latest first")
    public Uni<List<Answers.Fill>> fills(
            @QueryParam("owner") @Nullable String owner,
            @QueryParam("before") @Nullable String before,
            @QueryParam("limit") @Nullable String limit) {
        long below = Parameters.optional("before", before).orElse(Long.MAX_VALUE);
        int most = Parameters.limit(limit);
        var order = " commandsOffset < ?1 order by commandsOffset desc, ordinal";
        return Panache.withSession(() -> owner == null
                        ? FillRow.<FillRow>find(order, below).page(0, most).list()
                        : FillRow.<FillRow>find("owner = ?2 and" + order, below, Parameters.address("owner", owner))
                                .page(0, most)
                                .list())
                .map(rows -> rows.stream().map(Answers.Fill::of).toList());
    }

    @GET
    @Path("batches")
    @Operation(summary = "Batches, the latest first")
    public Uni<List<Answers.Batch>> batches(
            @QueryParam("before") @Nullable String before, @QueryParam("limit") @Nullable String limit) {
        long below = Parameters.optional("before", before).orElse(Long.MAX_VALUE);
        int most = Parameters.limit(limit);
        return Panache.withSession(() -> BatchRow.<BatchRow>find("sequence < ?1 order by sequence desc", below)
                        .page(0, most)
                        .list())
                .map(rows ->
                        rows.stream().map(row -> Answers.Batch.of(row, null)).toList());
    }

    @GET
    @Path("batches/{sequence}")
    @Operation(summary = "A batch and what the relayer reported of it")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.Batch.class)))
    @APIResponse(responseCode = "404", description = "Not known")
    public Uni<Response> batch(@PathParam("sequence") String text) {
        long sequence = Parameters.number("sequence", text);
        return Panache.withSession(() -> BatchRow.<BatchRow>findById(sequence)
                .flatMap(row -> row == null
                        ? Uni.createFrom().item(Failures.unknown("sequence", text))
                        : SettlementRow.<SettlementRow>find("sequence = ?1 order by position", sequence)
                                .list()
                                .map(lines -> Response.ok(Answers.Batch.of(
                                                row,
                                                lines.stream()
                                                        .map(Answers.Settlement::of)
                                                        .toList()))
                                        .build())));
    }

    @GET
    @Path("markets")
    @Operation(summary = "What is listed, with the latest marks")
    public Uni<List<Answers.Market>> markets() {
        return Panache.withSession(
                        () -> MarketRow.<MarketRow>find("order by listing").list())
                .map(rows -> rows.stream().map(Answers.Market::of).toList());
    }

    @GET
    @Path("prices/latest")
    @Operation(summary = "The latest price bundle that the ledger took")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.Prices.class)))
    @APIResponse(responseCode = "404", description = "There is none yet")
    public Uni<Response> prices() {
        return Panache.withSession(() -> UnderlyingRow.<UnderlyingRow>find("order by sequence desc, underlying")
                .list()
                .flatMap(underlyings -> MarketRow.<MarketRow>find("mark is not null order by listing")
                        .list()
                        .map(marks -> {
                            if (underlyings.isEmpty()) {
                                return Failures.answer(
                                        Response.Status.NOT_FOUND.getStatusCode(),
                                        new Refusal(Reason.NO_PRICE, "price", "none", "be taken by the ledger first"));
                            }
                            var latest = underlyings.getFirst();
                            return Response.ok(new Answers.Prices(
                                            Long.toString(latest.time),
                                            Long.toString(latest.sequence),
                                            latest.priceHash,
                                            underlyings.stream()
                                                    .map(Answers.Underlying::of)
                                                    .toList(),
                                            marks.stream()
                                                    .map(Answers.Market::of)
                                                    .toList()))
                                    .build();
                        })));
    }

    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "Everything as it happens, from the latest few on",
            description = "Server-sent events named by their kind. With Last-Event-ID it goes on behind that event.")
    @APIResponse(
            responseCode = "200",
            description = "Each with id, event (its kind) and data (a JSON object with key, kind, at and more)",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    public Multi<OutboundSseEvent> events(@HeaderParam("Last-Event-ID") @Nullable String last, @Context Sse sse) {
        return streams.ofAll(last, sse);
    }
}
