package io.parley.intents;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.protocol.Fixed8;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is let in, and how it is said what is not. */
@QuarkusTest
@QuarkusTestResource(Services.class)
class DoorTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Inject
    Stage stage;

    private Scene scene;
    private Trader alice;

    @BeforeEach
    void anAccountWithMoney() {
        scene = stage.scene();
        alice = Trader.another();
        scene.deposit(alice, "5000 USD");
        stage.play();
    }

    private static ValidatableResponse post(String path, byte[] body) {
        return given().config(io.restassured.RestAssured.config()
                        .encoderConfig(io.restassured.config.EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .contentType("application/json")
                .body(body)
                .post(path)
                .then();
    }

    private static ValidatableResponse post(String path, String body) {
        return post(path, body.getBytes(StandardCharsets.UTF_8));
    }

    private Offer offer() {
        return scene.offer(alice).gets("1 ETH").pays("3001");
    }

    private static ObjectNode json(Offer offer) {
        try {
            return (ObjectNode) JSON.readTree(offer.json());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(ValidatableResponse answer, int status, int code, String field) {
        answer.statusCode(status)
                .body("code", equalTo(code))
                .body("field", equalTo(field))
                .body("message", endsWith("no funds moved"));
    }

    @Test
    void signedIntent_isInTheLog_whenItIsAccepted() {
        var offer = offer();
        post("/v1/intents", offer.json())
                .statusCode(202)
                .header("Location", endsWith("/v1/intents/" + offer.id()))
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .body("id", equalTo(offer.id().hex()));

        assertThat(stage.broker().read(Topic.INTENTS)).anySatisfy(record -> {
            assertThat(SignedIntent.decode(record.value())).isEqualTo(offer.signed());
            assertThat(record.key()).isEqualTo(alice.address().bytes());
        });
        given().get("/v1/intents/" + offer.id()).then().statusCode(200).body("state", equalTo("accepted"));
    }

    @Test
    void signatureOf64Bytes_isExpanded() {
        var offer = offer();
        var body = json(offer);
        var bytes = offer.signed().signature().bytes();
        bytes[32] |= (byte) ((bytes[64] - 27) << 7);
        body.put("signature", "0x" + java.util.HexFormat.of().formatHex(bytes, 0, 64));
        post("/v1/intents", body.toString()).statusCode(202);
        stage.awaitViews();
    }

    @Test
    void numbers_areDecimalStrings_orExactIntegers() {
        var body = json(offer());
        body.put("account", 0).put("nonce", 0).put("cash", Fixed8.parse("-3001"));
        post("/v1/intents", body.toString()).statusCode(202);
        refused(post("/v1/intents", body.deepCopy().put("cash", -3001.5).toString()), 400, 114, "cash");
        refused(
                post(
                        "/v1/intents",
                        body.deepCopy().put("cash", -9007199254740993L).toString()),
                400,
                114,
                "cash");
        refused(post("/v1/intents", body.deepCopy().put("cash", "-03").toString()), 400, 114, "cash");
        refused(post("/v1/intents", body.deepCopy().put("cash", "1e3").toString()), 400, 114, "cash");
        refused(
                post(
                        "/v1/intents",
                        body.deepCopy().put("cash", "9223372036854775808").toString()),
                400,
                105,
                "cash");
        refused(post("/v1/intents", body.deepCopy().put("maxFee", "-1").toString()), 400, 105, "maxFee");
        refused(post("/v1/intents", body.deepCopy().put("parts", "4294967296").toString()), 400, 114, "parts");
        refused(post("/v1/intents", body.deepCopy().put("account", true).toString()), 400, 114, "account");
        refused(post("/v1/intents", body.deepCopy().putNull("nonce").toString()), 400, 114, "nonce");
    }

    @Test
    void body_isReadStrictly() {
        var good = offer().json();
        refused(post("/v1/intents", good.substring(0, good.length() - 2)), 400, 101, "body");
        post("/v1/intents", "{\"owner\": \"0x00\",\n oops}")
                .statusCode(400)
                .body("code", equalTo(101))
                .body("value", equalTo("line 2, column 2"));
        refused(post("/v1/intents", good.replaceFirst("\\{", "{\"hurry\":true,")), 400, 114, "hurry");
        refused(post("/v1/intents", good.replaceFirst("\\{", "{\"account\":\"0\",")), 400, 101, "body");
        refused(post("/v1/intents", good + "{}"), 400, 101, "body");
        refused(post("/v1/intents", good.replace("\"legs\":[{", "\"legs\":[{\"note\":1,")), 400, 114, "legs[0].note");
        refused(post("/v1/intents", ""), 400, 114, "body");
        refused(post("/v1/intents", "[" + good + "]"), 400, 114, "body");
        refused(post("/v1/intents", " ".repeat(70_000) + good), 413, 115, "body");
        refused(post("/v1/intents", good.getBytes(StandardCharsets.UTF_16)), 400, 101, "body");
        given().contentType("text/plain")
                .body(good)
                .post("/v1/intents")
                .then()
                .statusCode(415)
                .body("message", endsWith("no funds moved"));
        refused(post("/v1/intents", " ".repeat(2_000_000)), 413, 115, "body");
    }

    @Test
    void whatMayNotTrade_isRefused_withTheRuleThatItBroke() {
        var other = Trader.another();
        refused(post("/v1/intents", offer().pays("1").parts(3).json()), 400, 110, "legs[0].quantity");
        refused(
                post(
                        "/v1/intents",
                        scene.offer(other).gets("1 ETH").pays("3001").json()),
                422,
                403,
                "account");
        refused(post("/v1/intents", offer().validUntil(scene.time() - 1).json()), 422, 203, "validUntil");
        refused(
                post(
                        "/v1/intents",
                        offer().validUntil(scene.time() + 31 * 86_400).json()),
                422,
                206,
                "validUntil");
        refused(
                post(
                        "/v1/intents",
                        offer().validFrom(scene.time() + 90)
                                .validUntil(scene.time() + 80)
                                .json()),
                400,
                114,
                "validFrom");
        refused(post("/v1/intents", offer().nonce(64).json()), 409, 202, "nonce");
        refused(post("/v1/intents", offer().signedBy(other).json()), 403, 104, "signature");
        var changed = json(offer()).put("cash", "-1");
        refused(post("/v1/intents", changed.toString()), 403, 104, "signature");
        var unlisted = json(offer());
        ((ObjectNode) unlisted.get("legs").get(0)).put("asset", "DOGE");
        refused(post("/v1/intents", unlisted.toString()), 422, 113, "legs[0].asset");
        var short64 = json(offer()).put("signature", "0x1234");
        refused(post("/v1/intents", short64.toString()), 400, 102, "signature");
        var high = json(offer()).put("signature", "0x" + "ff".repeat(64) + "1b");
        refused(post("/v1/intents", high.toString()), 400, 102, "signature");
        var conditional = json(offer());
        conditional.set(
                "conditions",
                JSON.createObjectNode()
                        .put("watch", "ETH")
                        .put("when", "above")
                        .put("price", "1")
                        .put("trail", "0")
                        .put("every", "0")
                        .put("reduceOnly", false)
                        .put("onlyImprove", false));
        refused(post("/v1/intents", conditional.toString()), 422, 112, "conditions");
    }

    @Test
    void sameIntentTwice_isInTheLogOnce() {
        var offer = offer();
        post("/v1/intents", offer.json()).statusCode(202);
        refused(post("/v1/intents", offer.json()), 409, 205, "id");
        assertThat(stage.broker().read(Topic.INTENTS))
                .filteredOn(
                        r -> java.util.Arrays.equals(r.value(), offer.signed().encode()))
                .hasSize(1);
        stage.awaitViews();
    }

    @Test
    void intentPostedToTheTopic_isKnownToTheDoor() {
        var offer = offer();
        scene.post(offer.signed());
        stage.play();
        refused(post("/v1/intents", offer.json()), 409, 205, "id");
    }

    @Test
    void sender_whoSendsTooMuch_isAskedToWait() {
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 60; i++) {
            statuses.add(
                    post("/v1/intents", offer().pays(Integer.toString(i + 1)).json())
                            .extract()
                            .statusCode());
            if (statuses.getLast() == 429) {
                break;
            }
        }
        assertThat(statuses.getLast()).isEqualTo(429);
        assertThat(statuses.subList(0, statuses.size() - 1))
                .hasSizeGreaterThanOrEqualTo(20)
                .containsOnly(202);
        post("/v1/intents", offer().pays("777").json())
                .header("Retry-After", equalTo("1"))
                .body("code", equalTo(201));
        stage.awaitViews();
    }

    @Test
    void withdrawalAndCancel_goToTheCommands() {
        var command = scene.withdraw(alice, "40 USD", 0);
        var withdraw = command.withdraw();
        var body = JSON.createObjectNode()
                .put("owner", alice.address().hex())
                .put("account", "0")
                .put("asset", "USD")
                .put("amount", Long.toString(withdraw.amount()))
                .put("to", withdraw.to().hex())
                .put("validUntil", Long.toString(withdraw.validUntil()))
                .put("nonce", "0")
                .put("signature", command.signature().hex());
        post("/v1/withdrawals", body.toString())
                .statusCode(202)
                .body("id", equalTo(command.id().hex()));
        refused(post("/v1/withdrawals", body.toString()), 409, 205, "id");
        refused(post("/v1/withdrawals", body.deepCopy().put("amount", "0").toString()), 400, 105, "amount");
        refused(post("/v1/withdrawals", body.deepCopy().put("amount", "1").toString()), 403, 104, "signature");
        assertThat(stage.broker().read(Topic.COMMANDS))
                .anySatisfy(r -> assertThat(r.value()).isEqualTo(command.encode()));
        given().get("/v1/commands/" + command.id()).then().statusCode(200).body("state", equalTo("on-its-way"));
        assertThat(command).isInstanceOf(WithdrawCommand.class);

        var cancel = new io.parley.protocol.Cancel(alice.address(), 0, 0, 7, scene.time() + 60);
        var cancelBody = JSON.createObjectNode()
                .put("owner", alice.address().hex())
                .put("account", "0")
                .put("kind", "0")
                .put("nonce", "7")
                .put("validUntil", Long.toString(cancel.validUntil()))
                .put(
                        "signature",
                        alice.signer()
                                .sign(io.parley.protocol.Eip712.digest(Scene.DOMAIN, cancel))
                                .hex());
        post("/v1/cancels", cancelBody.toString()).statusCode(202);
        refused(post("/v1/cancels", cancelBody.put("kind", "3").toString()), 400, 114, "kind");
    }

    @Test
    void naughtyString_isRefusedWithACode() throws IOException {
        var strings = JSON.readTree(resource("blns/blns.json"));
        assertThat(strings.size()).isEqualTo(515);
        var template = json(offer());
        template.set(
                "conditions",
                JSON.createObjectNode()
                        .put("watch", "")
                        .put("when", "")
                        .put("price", "0")
                        .put("trail", "0")
                        .put("every", "0")
                        .put("reduceOnly", false)
                        .put("onlyImprove", false));
        var fields = new ArrayList<String>();
        template.fieldNames().forEachRemaining(fields::add);
        int sent = 0;
        for (int i = 0; i < strings.size(); i++) {
            var naughty = strings.get(i).textValue();
            var body = template.deepCopy().put(fields.get(i % fields.size()), naughty);
            var status = post("/v1/intents", body.toString()).extract();
            sent++;
            assertThat(status.statusCode())
                    .as("%s: %s", naughty, status.asString())
                    .isBetween(400, 499);
            assertThat(status.<Integer>path("code")).isBetween(101, 699);
            assertThat(status.<String>path("message")).endsWith("no funds moved");
            var name = template.deepCopy().put(naughty, 1).toString();
            assertThat(post("/v1/intents", name).extract().statusCode()).isBetween(400, 499);
            given().urlEncodingEnabled(false)
                    .get("/v1/intents/" + URLEncoder.encode(naughty, StandardCharsets.UTF_8))
                    .then()
                    .statusCode(not(serverError()));
        }
        assertThat(sent).isEqualTo(515);
        stage.awaitViews();
    }

    private static org.hamcrest.Matcher<Integer> serverError() {
        return org.hamcrest.Matchers.greaterThanOrEqualTo(500);
    }

    @Test
    void loneSurrogate_isRefused_andTheAnswerIsText() {
        var body = offer().json().replace("\"ETH\"", "\"\\ud800\"");
        refused(post("/v1/intents", body), 422, 113, "legs[0].asset");
    }

    @Test
    void brokenJson_isRefusedWithACode() throws IOException {
        int bodies = 0;
        int broken = 0;
        try (var tar = new GZIPInputStream(new ByteArrayInputStream(resource("jsontestsuite/test_parsing.tar.gz")))) {
            for (var entry = Tar.next(tar); entry != null; entry = Tar.next(tar)) {
                if (!entry.name().endsWith(".json")) {
                    continue;
                }
                var name = entry.name().substring(entry.name().lastIndexOf('/') + 1);
                for (var path : List.of("/v1/intents", "/v1/cancels")) {
                    var answer = post(path, entry.content()).extract();
                    assertThat(answer.statusCode()).as(name).isBetween(400, 499);
                    int code = answer.path("code");
                    if (name.startsWith("n_")) {
                        assertThat(code).as(name).isIn(101, 114, 115);
                        broken += code == 101 ? 1 : 0;
                    } else if (name.startsWith("y_")) {
                        assertThat(code).as(name).isIn(114, 101);
                    } else {
                        assertThat(code).as(name).isIn(101, 114, 115);
                    }
                    assertThat(answer.<String>path("message")).endsWith("no funds moved");
                    bodies++;
                }
            }
        }
        assertThat(bodies).isEqualTo(2 * 318);
        assertThat(broken).isGreaterThan(2 * 180);
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = DoorTest.class.getResourceAsStream("/corpora/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
