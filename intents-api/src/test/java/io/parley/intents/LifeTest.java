package io.parley.intents;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.ClearedRecord;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How an intent lives, as the views tell it. */
@QuarkusTest
@QuarkusTestResource(Services.class)
class LifeTest {

    @Inject
    Stage stage;

    @Test
    void intent_isToldFromAcceptedToFinal() {
        var scene = stage.scene();
        var alice = Trader.another();
        scene.deposit(alice, "5000 USD");
        var swap = scene.offer(alice).gets("1 ETH").pays("3001").signed();
        scene.post(swap).auction(List.of(swap), Scene.all(swap));
        long auction = scene.lastAuction();
        var batch = scene.settle();
        stage.play();

        get("/v1/intents/" + scene.id(swap))
                .then()
                .statusCode(200)
                .body("state", equalTo("filled"))
                .body("fills[0].settlement", equalTo("final"))
                .body("fills[0].batch", equalTo(Long.toString(batch.sequence())))
                .body("fills[0].margin.initialBefore", equalTo("500000000000"))
                .body("legs[0].asset", equalTo("ETH"))
                .body("legs[0].quantity", equalTo("100000000"))
                .body(
                        "events.kind",
                        contains(
                                "accepted",
                                "in-auction",
                                "bids",
                                "screened",
                                "awarded",
                                "cleared",
                                "filled",
                                "batched",
                                "submitted",
                                "verified",
                                "final"))
                .body("events.find { it.kind == 'bids' }.data.bids", equalTo(1))
                .body("events.find { it.kind == 'screened' }.data.passed", equalTo(1))
                .body("events.find { it.kind == 'cleared' }.data.initialMarginBefore", equalTo("500000000000"))
                .body("events.find { it.kind == 'awarded' }.data.cash", equalTo("-300100000000"));

        get("/v1/auctions/" + auction)
                .then()
                .statusCode(200)
                .body("closed", equalTo(true))
                .body("awards", equalTo(1))
                .body("selector", equalTo("greedy"));
        get("/v1/auctions/" + auction + "/bids")
                .then()
                .statusCode(200)
                .body("[0].solver", equalTo(Scene.SOLVER.row()))
                .body("[0].hold.code", equalTo(0))
                .body("[0].verdict.code", equalTo(0))
                .body("[0].awarded", equalTo(true))
                .body("[0].late", equalTo(false))
                .body("[0].fills[0].intent", equalTo(scene.id(swap).hex()));
        get("/v1/batches/" + batch.sequence())
                .then()
                .statusCode(200)
                .body("root", equalTo(batch.header().root().hex()))
                .body("settlement", equalTo("final"))
                .body("settlements.status", contains("submitted", "verified", "final"));
        get("/v1/fills?owner=" + alice.address().hex()).then().statusCode(200).body("size()", equalTo(1));
    }

    @Test
    void account_isToldAsItsLeafSays() {
        var scene = stage.scene();
        var bob = Trader.another();
        scene.deposit(bob, "9000 USD");
        var spread = scene.offer(bob)
                .gets("1 ETH")
                .gives("0.5 ETH-25DEC26-3200-C")
                .pays("2990")
                .nonce(0)
                .signed();
        scene.post(spread).auction(List.of(spread), Scene.all(spread));
        // Nonce 1 stands in an intent that waits, so 2 is the next.
        scene.post(scene.offer(bob).gets("1 ETH").pays("1").nonce(1).signed());
        stage.play();
        var account = scene.ledger().account(bob.address(), 0).orElseThrow();

        get("/v1/accounts/%s/0".formatted(bob.address().hex()))
                .then()
                .statusCode(200)
                .body("cash", equalTo(Long.toString(account.cash())))
                .body("positions.asset", contains("ETH", "ETH-25DEC26-3200-C"))
                .body("positions.quantity", contains("100000000", "-50000000"))
                .body("positions[0].mark", equalTo("300000000000"))
                .body(
                        "nonces.nextNonce",
                        contains("2", "4611686018427387904", "9223372036854775808", "13835058055282163712"))
                .body("margin.initialAfter", not(nullValue()));
        get("/v1/accounts/%s/0/greeks".formatted(bob.address().hex()))
                .then()
                .statusCode(200)
                .body("positions.asset", contains("ETH", "ETH-25DEC26-3200-C"))
                .body("positions[0].delta", equalTo(1.0f))
                .body("positions[1].delta", both(lessThan(0f)).and(greaterThan(-0.5f)))
                .body("underlyings.underlying", contains(1))
                .body("expiries.day", contains(0, 2550))
                .body("grid.moves", hasSize(7))
                .body("grid.changes[3][1]", equalTo(0.0f))
                .body("grid.changes[0][1]", lessThan(0f));
        var receipt = scene.ledger().margin(account);
        var ask = """
                {"owner": "%s", "account": "%d", "cash": "%s", "legs": [%s]}""";
        given().contentType("application/json")
                .body(ask.formatted(
                        bob.address().hex(),
                        0,
                        "-15000000000",
                        "{\"asset\": \"ETH-25DEC26-3200-C\", \"quantity\": \"50000000\"}"))
                .post("/v1/margin/what-if")
                .then()
                .statusCode(200)
                .body("decides.mode", equalTo("standard"))
                .body("decides.before.value", equalTo(Long.toString(receipt.value())))
                .body("decides.before.initialRequirement", equalTo(Long.toString(receipt.imRequirement())))
                .body("decides.before.maintenanceRequirement", equalTo(Long.toString(receipt.mmRequirement())))
                .body("decides.legs[0].asset", equalTo("ETH-25DEC26-3200-C"))
                .body("decides.legs[0].marginalInitial", startsWith("-"))
                .body("decides.liquidation[0].underlying", equalTo(1))
                .body("decides.liquidation[0].above", nullValue())
                .body("portfolio.mode", equalTo("portfolio"))
                .body("maxLoss", equalTo("15000000000"))
                .body("breakEvens", contains("350000000000"));
        for (var bad : List.of(
                List.of("0", "1", "{\"asset\": \"USD\", \"quantity\": \"1\"}", 400, 114, "legs[0].asset"),
                List.of("0", "1", "{\"asset\": \"NO-SUCH\", \"quantity\": \"1\"}", 422, 113, "legs[0].asset"),
                List.of("0", "1", "{\"asset\": \"ETH\", \"quantity\": \"0\"}", 400, 105, "legs[0].quantity"),
                List.of("0", "1.5", "", 400, 114, "cash"),
                List.of("7", "1", "", 404, 403, "account"))) {
            given().contentType("application/json")
                    .body(ask.formatted(
                            bob.address().hex(), Integer.parseInt((String) bad.get(0)), bad.get(1), bad.get(2)))
                    .post("/v1/margin/what-if")
                    .then()
                    .statusCode((int) bad.get(3))
                    .body("code", equalTo(bad.get(4)))
                    .body("field", equalTo(bad.get(5)));
        }
        for (var of : List.of("", "/greeks")) {
            get("/v1/accounts/%s/7%s".formatted(bob.address().hex(), of))
                    .then()
                    .statusCode(404)
                    .body("code", equalTo(403));
        }
    }

    @Test
    void partialFills_addUpOverTwoAuctions() {
        var scene = stage.scene();
        var carol = Trader.another();
        scene.deposit(carol, "50000 USD");
        var ten = scene.offer(carol).gets("10 ETH").pays("30010").parts(10).signed();
        scene.post(ten);
        scene.auction(List.of(ten), Scene.part(ten, 4));
        stage.play();
        get("/v1/intents/" + scene.id(ten))
                .then()
                .body("state", equalTo("partially-filled"))
                .body("partsDone", equalTo("4"));
        scene.auction(List.of(ten), Scene.part(ten, 6));
        stage.play();
        get("/v1/intents/" + scene.id(ten))
                .then()
                .body("state", equalTo("filled"))
                .body("fills.parts", contains("4", "6"))
                .body("events.findAll { it.kind.endsWith('filled') }.kind", contains("partially-filled", "filled"));
    }

    @Test
    void awardThatNoLongerFits_isToldWithItsReason_andTheIntentLivesOn() {
        var scene = stage.scene();
        var dave = Trader.another();
        scene.deposit(dave, "100 USD");
        var tooMuch = scene.offer(dave).gets("1 ETH").pays("3001").signed();
        scene.post(tooMuch);
        var cleared = scene.auction(List.of(tooMuch), Scene.all(tooMuch));
        stage.play();

        assertThat(cleared).isInstanceOf(ClearedRecord.Refused.class);
        var code = ((ClearedRecord.Refused) cleared).code();
        assertThat(Reason.of(code)).isIn(Reason.MARGIN_INITIAL, Reason.CASH_DEBT);
        get("/v1/intents/" + scene.id(tooMuch))
                .then()
                .body("state", equalTo("accepted"))
                .body("events.find { it.kind == 'refused' }.data.code", equalTo(code));
    }

    @Test
    void intent_endsByItsTime_byACancel_orBecauseItsNonceServedAnother() {
        var scene = stage.scene();
        var erin = Trader.another();
        scene.deposit(erin, "50000 USD");
        var soon = scene.offer(erin)
                .gets("1 ETH")
                .pays("1")
                .nonce(5)
                .validUntil(scene.time() + 1)
                .signed();
        var taken = scene.offer(erin).gets("1 ETH").pays("3001").nonce(6).signed();
        var other = scene.offer(erin).gets("1 ETH").pays("3002").nonce(6).signed();
        var below = scene.offer(erin).gets("1 ETH").pays("2").nonce(3).signed();
        var alive = scene.offer(erin).gets("1 ETH").pays("3").nonce(9).signed();
        for (var intent : List.of(soon, taken, other, below, alive)) {
            scene.post(intent);
        }
        scene.auction(List.of(soon, taken, other, below, alive), Scene.all(taken));
        assertThat(scene.cancel(erin, 1, 4)).isInstanceOf(ClearedRecord.Applied.class);
        scene.tick(5);
        stage.play();

        var states = List.of(soon, taken, other, below, alive).stream()
                .map(i -> get("/v1/intents/" + scene.id(i)).then().extract().<String>path("state"))
                .toList();
        assertThat(states).containsExactly("expired", "filled", "superseded", "cancelled", "accepted");
        get("/v1/intents?owner=" + erin.address().hex()).then().statusCode(200).body("size()", equalTo(5));
    }

    @Test
    void sessionKey_countsForTheOwner_andAStrangersSignatureHidesNothing() {
        var scene = stage.scene();
        var frank = Trader.another();
        var key = Trader.another();
        var stranger = Trader.another();
        scene.deposit(frank, "100 USD").register(frank, key, 1, scene.time() + 1000);
        var byKey = scene.offer(frank).gets("1 ETH").pays("1").signedBy(key);
        var byStranger = scene.offer(frank).gets("1 ETH").pays("1").signedBy(stranger);
        var never = scene.offer(frank).gets("1 ETH").pays("2").signedBy(stranger);
        scene.post(byStranger.signed()).post(byKey.signed()).post(never.signed());
        stage.play();

        get("/v1/intents/" + byKey.id()).then().body("state", equalTo("accepted"));
        get("/v1/intents/" + never.id())
                .then()
                .body("state", equalTo("unsigned"))
                .body("events.size()", equalTo(0));
    }

    @Test
    void intentThatWaits_isNotToldOfEveryAuctionThatPassedItBy() {
        var scene = stage.scene();
        var hank = Trader.another();
        scene.deposit(hank, "90000 USD");
        var waits = scene.offer(hank).gets("1 ETH").pays("3000.5").nonce(60).signed();
        scene.post(waits);
        for (int i = 0; i < 3; i++) {
            var quick = scene.offer(hank).gets("1 ETH").pays("3001").nonce(i).signed();
            scene.auction(List.of(waits, quick), Scene.all(quick));
        }
        stage.play();
        get("/v1/intents/" + scene.id(waits))
                .then()
                .body("state", equalTo("accepted"))
                .body("events.kind", contains("accepted", "in-auction", "bids", "screened", "unfilled"));

        scene.auction(List.of(waits), Scene.all(waits));
        stage.play();
        get("/v1/intents/" + scene.id(waits))
                .then()
                .body("state", equalTo("filled"))
                .body("events.size()", equalTo(11))
                .body("events[5].kind", equalTo("in-auction"))
                .body("events[5].data.auction", equalTo(Long.toString(scene.lastAuction())));
    }

    @Test
    void intentThatTheAuctionTurnsAwayOrGivesUp_isToldWithItsReason() {
        var scene = stage.scene();
        var iris = Trader.another();
        var stranger = Trader.another();
        scene.deposit(iris, "10 USD");
        var away = scene.offer(iris).gets("1 ETH").pays("1").nonce(70).signed();
        var given = scene.offer(iris).gets("1 ETH").pays("2").signed();
        var mine = scene.offer(iris).gets("1 ETH").pays("3").signed();
        var forged =
                scene.offer(iris).gets("1 ETH").pays("3").signedBy(stranger).signed();
        scene.post(away).turnAway(away, Reason.NONCE_USED, "nonce 70 is beyond the window");
        scene.post(given).unfilled(given, Reason.NO_BIDS).unfilled(given, Reason.MARGIN_INITIAL);
        scene.post(mine).turnAway(forged, Reason.KEY_NOT_ALLOWED, "signed by another");
        stage.play();

        get("/v1/intents/" + scene.id(away))
                .then()
                .body("state", equalTo("refused"))
                .body("events.kind", contains("accepted", "refused"))
                .body("events[1].data.code", equalTo(202));
        get("/v1/intents/" + scene.id(given))
                .then()
                .body("state", equalTo("refused"))
                .body("events.kind", contains("accepted", "refused"))
                .body("events[1].data.code", equalTo(401));
        get("/v1/intents/" + scene.id(mine)).then().body("state", equalTo("accepted"));
    }

    @Test
    void marketsAndPrices_areToldFromTheLedger() {
        stage.play();
        get("/v1/markets")
                .then()
                .statusCode(200)
                .body("asset", hasItems("USD", "ETH", "ETH-PERP", "ETH-25DEC26-3200-C"))
                .body("find { it.asset == 'ETH' }.mark", equalTo("300000000000"));
        get("/v1/prices/latest")
                .then()
                .statusCode(200)
                .body("underlyings[0].spot", equalTo(Long.toString(Fixed8.parse("3000"))))
                .body("marks.asset", hasItem("ETH-PERP"));
        get("/v1/domain")
                .then()
                .statusCode(200)
                .body("separator", equalTo(Scene.DOMAIN.separator().hex()))
                .body("types.Intent.name", hasItems("owner", "conditions"));
    }

    @Test
    void withdrawalAndCancel_areFollowedByTheirCommand() {
        var scene = stage.scene();
        var gina = Trader.another();
        scene.deposit(gina, "100 USD");
        var good = scene.withdraw(gina, "40 USD", 0);
        var tooMuch = scene.withdraw(gina, "400 USD", 1);
        scene.send(good);
        scene.send(tooMuch);
        stage.play();
        get("/v1/commands/" + good.id()).then().statusCode(200).body("state", equalTo("applied"));
        get("/v1/commands/" + tooMuch.id())
                .then()
                .statusCode(200)
                .body("state", equalTo("refused"))
                .body("code", equalTo(402));
    }

    @Test
    void what_isNotKnown_isSaidSo() {
        for (var path : List.of(
                "/v1/intents/0x" + "0".repeat(64),
                "/v1/auctions/999999",
                "/v1/batches/999999",
                "/v1/commands/0x" + "1".repeat(64),
                "/v1/nothing")) {
            get(path).then().statusCode(404).body("code", equalTo(114));
        }
        for (var path : List.of(
                "/v1/intents/0x12",
                "/v1/intents",
                "/v1/intents?owner=alice",
                "/v1/auctions/-1",
                "/v1/auctions?limit=0",
                "/v1/auctions/99999999999999999999/bids",
                "/v1/accounts/0x00/1")) {
            get(path).then().statusCode(400).body("code", equalTo(114));
        }
        given().header("Accept", "text/csv").get("/v1/markets").then().statusCode(406);
        given().delete("/v1/markets").then().statusCode(405);
    }
}
