package io.parley.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.node.demo.Door;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The life of an intent, with the reason at each step. */
@Command(name = "why", mixinStandardHelpOptions = true, description = "Tells the life of an intent, with reasons.")
final class Why implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Parameters(index = "0", description = "The intent's id: 0x and 64 hex digits.")
    private String id = "";

    @Override
    public Integer call() {
        var answer = new Door(target.api()).intent(id);
        if (!answer.accepted()) {
            System.err.println(answer.body().path("message").asText("no such intent"));
            return Parley.OUTCOME;
        }
        System.out.printf("%s  %s%n", id, answer.body().path("state").asText());
        for (JsonNode event : answer.body().path("events")) {
            System.out.println("  " + io.parley.node.demo.Story.line(event));
        }
        return Parley.DONE;
    }
}
