package io.parley.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.node.LogReader;
import io.parley.node.audit.AuctionLog;
import io.parley.node.audit.AuctionReplay;
import io.parley.node.audit.BidStory;
import io.parley.node.demo.Door;
import io.parley.protocol.Bytes32;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The life of an intent or of a bid, with the reason at each step. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Tells the life of an intent, or what became of a bid, with reasons.")
final class Why implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Parameters(index = "0", description = "The intent's id or the bid's digest: 0x and 64 hex digits.")
    private String id = "";

    @Override
    public Integer call() {
        var door = new Door(target.api());
        var answer = door.intent(id);
        if (answer.status() == 404) {
            // No intent: whether it is a bid the log tells, which is longer to ask.
            var replay = new AuctionReplay(door.domain(), AuctionLog.read(new LogReader(target.kafka())));
            var story = BidStory.of(replay, Bytes32.parse(id));
            if (story.isPresent()) {
                System.out.printf("%s  bid%n", id);
                story.get().forEach(line -> System.out.println("  " + line));
                return Parley.DONE;
            }
        }
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
