package io.parley.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Fixed8;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The solver of docs/solvers.md, compiled and found as a third party's would be, trades. */
class TemplateTest {

    @TempDir
    Path folder;

    @Test
    void theSolverInTheDocs_compiles_isFound_andItsBidPassesScreening() throws Exception {
        var jar = compiled(code());
        var exchange = Exchange.open()
                .funded("alice", "100000 USD")
                .funded("bob", "100000 USD")
                .funded("solver", "50000 USD");
        exchange.intent("alice").gets("2 ETH-PERP").pays("6010").parts(2, 1).open();
        exchange.intent("bob").gives("1 BTC-PERP").takes("89950").open();
        exchange.intent("bob").gets("1 BTC-PERP").pays("90000").open();
        exchange.intent("bob").gets("1 ETH").pays("9000").open();

        try (var loader = new URLClassLoader(
                new java.net.URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            var factory = ServiceLoader.load(SolverFactory.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(f -> f.name().equals("PerpFactory"))
                    .findFirst()
                    .orElseThrow();
            var view = exchange.view("solver");
            var key = Exchange.key("solver");
            var solver = factory.create(new SolverContext(
                    Map.of("spread-divisor", "2000"),
                    key.address(),
                    view.market().listings(),
                    Map.of(),
                    key));

            var proposals = solver.solve(view, Instant.MAX);

            assertThat(proposals).singleElement().satisfies(proposal -> {
                assertThat(proposal.fills())
                        .extracting(f -> Fixed8.format(f.cash()))
                        .containsExactly("-6003", "89955");
                exchange.passes(
                        "solver",
                        new io.parley.protocol.spi.Proposal(
                                0, proposal.fills(), 0, proposal.routes(), Fixed8.parse("20000")));
            });
        }
    }

    @Test
    void itIsAsShortAsTheDocsSay() throws IOException {
        assertThat(code().lines()
                        .filter(l -> !l.isBlank() && !l.startsWith("import"))
                        .count())
                .isLessThanOrEqualTo(42);
    }

    private static String code() throws IOException {
        var docs = Files.readString(Path.of(System.getProperty("parley.home"), "docs", "solvers.md"));
        int from = docs.indexOf("```java\n") + "```java\n".length();
        return docs.substring(from, docs.indexOf("```", from));
    }

    private Path compiled(String code) throws IOException {
        var source = Files.createDirectories(folder.resolve("source")).resolve("PerpFactory.java");
        Files.writeString(source, code);
        var classes = folder.resolve("classes");
        var services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve(SolverFactory.class.getName()), "com.example.PerpFactory\n");
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString());
        assertThat(List.of(result)).as("javac says it is in order").containsExactly(0);
        return classes;
    }
}
