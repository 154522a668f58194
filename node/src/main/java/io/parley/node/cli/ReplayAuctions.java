package io.parley.node.cli;

import io.parley.node.LogReader;
import io.parley.node.audit.AuctionLog;
import io.parley.node.audit.AuctionReplay;
import io.parley.node.demo.Door;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Holds auctions again and says what was published otherwise. */
@Command(
        name = "auctions",
        mixinStandardHelpOptions = true,
        description = {
            "Holds auctions again from the topics: who was in time, holds, verdicts, winners, rewards, transcript, trades.",
            "Exit code: 0 if all is the same, 1 if anything differs, 2 for a range that is none."
        })
final class ReplayAuctions implements Callable<Integer> {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");

    @Mixin
    private Target target = new Target();

    @Parameters(
            index = "0",
            defaultValue = "all",
            paramLabel = "<auction>|<from>..<to>|all",
            description = "Which (default all).")
    private String which = "all";

    @Override
    public Integer call() {
        long from = 0;
        long to = Long.MAX_VALUE;
        if (!which.equals("all")) {
            var range = RANGE.matcher(which);
            if (!range.matches()) {
                System.err.printf(
                        "The auctions (%s) must be one number, <from>..<to> or all, such as 17 or 10..20.%n", which);
                return Parley.USAGE;
            }
            from = Long.parseLong(range.group(1));
            to = range.group(2) == null ? from : Long.parseLong(range.group(2));
        }
        var replay = new AuctionReplay(new Door(target.api()).domain(), AuctionLog.read(new LogReader(target.kafka())));
        var auctions = replay.between(from, to);
        if (auctions.isEmpty()) {
            System.err.printf("There is no auction in %s.%n", which);
            return Parley.OUTCOME;
        }
        int differing = 0;
        int differences = 0;
        for (long auction : auctions) {
            var finding = replay.replay(auction);
            var rerun = finding.rerun();
            System.out.printf(
                    "auction %-6d %s  %d commitments, %d bids to choose from, %d winners%n",
                    auction,
                    finding.differences().isEmpty()
                            ? "same"
                            : finding.differences().size() + " difference(s)",
                    replay.commitments(auction).values().stream()
                            .filter(io.parley.protocol.wire.CommitmentRecord.Committed.class::isInstance)
                            .count(),
                    rerun.bids().size(),
                    rerun.winners().size());
            finding.differences()
                    .forEach(difference -> System.out.printf(
                            "  %s%n    expected %s%n    found    %s%n",
                            difference.of(), difference.expected(), difference.found()));
            finding.notRederived().forEach(what -> System.out.printf("  not derived: %s%n", what));
            rerun.withheld()
                    .forEach((offset, commitment) -> System.out.printf(
                            "  withheld: bid %s of %s/%d, committed at offset %d, was not revealed in time%n",
                            commitment.bid(), commitment.solver(), commitment.account(), offset));
            differing += finding.differences().isEmpty() ? 0 : 1;
            differences += finding.differences().size();
        }
        System.out.printf(
                "%d auctions held again: %d the same, %d with %d difference(s)%n",
                auctions.size(), auctions.size() - differing, differing, differences);
        return differences == 0 ? Parley.DONE : Parley.OUTCOME;
    }
}
