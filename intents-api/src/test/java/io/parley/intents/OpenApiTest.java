package io.parley.intents;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.devnet.Checkout;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The committed OpenAPI document is the one that is served. Write it anew with {@code -Dparley.openapi.write=true}. */
@QuarkusTest
@QuarkusTestResource(Services.class)
class OpenApiTest {

    @Test
    void committedDocument_isTheServedOne() throws IOException {
        var served = get("/q/openapi").then().statusCode(200).extract().asString();
        assertThat(served).startsWith("---\nopenapi: 3.1.0");
        var file = Checkout.home().resolve("docs/openapi.yaml");
        if (Boolean.getBoolean("parley.openapi.write")) {
            Files.writeString(file, served);
        }
        assertThat(file).content().isEqualTo(served);
    }

    @Test
    void pageAndSwaggerUi_areServed_withHeadersThatKeepThemApart() {
        get("/").then()
                .statusCode(200)
                .header("Content-Security-Policy", org.hamcrest.Matchers.startsWith("default-src 'self'"))
                .header("X-Frame-Options", "DENY");
        get("/live.js").then().statusCode(200);
        get("/q/swagger-ui/").then().statusCode(200);
        // The door has numbers once somebody has knocked.
        io.restassured.RestAssured.given()
                .contentType("application/json")
                .body("{}")
                .post("/v1/intents");
        get("/q/metrics").then().statusCode(200).body(org.hamcrest.Matchers.containsString("parley_door_waiting"));
        get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", org.hamcrest.Matchers.hasItem("Parley views"));
    }
}
