package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.devnet.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in a checkout of one file, with a Maven that only writes down that it was called. */
class LauncherTest {

    @TempDir
    Path folder;

    private Path checkout;
    private Path programs;

    @BeforeEach
    void checkoutOfOneFile() throws IOException {
        checkout = Files.createDirectory(folder.resolve("checkout"));
        programs = Files.createDirectory(folder.resolve("programs"));
        Files.copy(Checkout.home().resolve("parley"), checkout.resolve("parley"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(checkout.resolve("node/src/main"));
        Files.writeString(checkout.resolve("node/src/main/Main.java"), "one");
        program("node", "echo v20.1.0");
        program("npm", "exit 0");
        maven("3.8.7", """
                echo "$@" >>"$home/calls"
                mkdir -p node/target/quarkus-app devnet/broker/target/lib contracts/node_modules
                touch node/target/quarkus-app/quarkus-run.jar contracts/node_modules/.parley-stamp
                """);
    }

    @Test
    void secondBuild_isSkipped_untilASourceChanges() throws Exception {
        assertThat(parley("build").code()).isZero();
        assertThat(parley("build").code()).isZero();
        assertThat(builds()).hasSize(1);

        Files.writeString(checkout.resolve("node/src/main/Main.java"), "three");
        assertThat(parley("build").code()).isZero();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void testsAndDocuments_doNotMakeTheBuildStale() throws Exception {
        parley("build");
        Files.createDirectories(checkout.resolve("node/src/test"));
        Files.writeString(checkout.resolve("node/src/test/Test.java"), "");
        Files.writeString(checkout.resolve("README.md"), "");
        parley("build");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void mavenArguments_areHandedOn() throws Exception {
        var process = start("build");
        process.environment().put("MAVEN_ARGS", "-o");
        process.environment().put("PARLEY_MVN_ARGS", "-Dmaven.repo.local=/elsewhere -X");
        assertThat(process.start().waitFor()).isZero();
        assertThat(builds().getFirst()).contains(" -o ", "-Dmaven.repo.local=/elsewhere -X", " package ");
    }

    @Test
    void failedBuild_endsWithOne_andShowsWhy() throws Exception {
        maven("3.8.7", "echo '[ERROR] Main.java: no such thing'; exit 1");
        var end = parley("build");
        assertThat(end.code()).isOne();
        assertThat(end.output()).contains("no such thing", "The build failed");
    }

    @Test
    void oldMaven_isNamed_withWhatIsNeeded() throws Exception {
        maven("3.6.3", "exit 0");
        var end = parley("build");
        assertThat(end.code()).isEqualTo(3);
        assertThat(end.output()).contains("3.6.3", "3.8.7");
    }

    @Test
    void oldNode_isNamed_withWhatIsNeeded() throws Exception {
        program("node", "echo v18.20.0");
        var end = parley("build");
        assertThat(end.code()).isEqualTo(3);
        assertThat(end.output()).contains("18.20.0", "Node 20");
    }

    @Test
    void lockOfADeadHolder_isTaken() throws Exception {
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.createDirectories(checkout.resolve(".parley"));
        Files.writeString(checkout.resolve(".parley/build.lock"), dead.pid() + " Mon Jan 1 00:00:00 2001");
        assertThat(parley("build").code()).isZero();
        assertThat(builds()).hasSize(1);
        assertThat(checkout.resolve(".parley/build.lock")).doesNotExist();
    }

    @Test
    void twoAtOnce_buildOnce() throws Exception {
        var first =
                start("build").redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        var second =
                start("build").redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(builds()).hasSize(1);
    }

    private record End(int code, String output) {}

    private End parley(String... arguments) throws Exception {
        var process = start(arguments).start();
        var output = new String(process.getInputStream().readAllBytes());
        return new End(process.waitFor(), output);
    }

    private ProcessBuilder start(String... arguments) {
        var builder =
                new ProcessBuilder("./parley").directory(checkout.toFile()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().merge("PATH", programs.toString(), (path, ours) -> ours + ":" + path);
        builder.environment().remove("MAVEN_ARGS");
        builder.environment().remove("PARLEY_MVN_ARGS");
        return builder;
    }

    private List<String> builds() throws IOException {
        var calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void maven(String version, String script) throws IOException {
        program("mvn", """
                if [ "$1" = --version ]; then echo "Apache Maven %s (hash)"; exit 0; fi
                home=%s
                %s""".formatted(version, folder, script));
    }

    private void program(String name, String script) throws IOException {
        var file = programs.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
