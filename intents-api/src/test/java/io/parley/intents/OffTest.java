package io.parley.intents;

import static io.restassured.RestAssured.get;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without the role nothing of it runs: no broker, no database, no door. */
@QuarkusTest
@TestProfile(OffTest.WithoutTheRole.class)
class OffTest {

    public static final class WithoutTheRole implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("kafka.bootstrap.servers", "127.0.0.1:1");
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    @Test
    void process_isHealthy_andHasNoDoor() {
        get("/q/health").then().statusCode(200);
        get("/q/metrics").then().statusCode(200);
        get("/v1/markets").then().statusCode(404);
        get("/").then().statusCode(404);
    }
}
