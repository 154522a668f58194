package io.parley.node.cli;

import io.parley.node.demo.Door;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where an account stands, or the whole. */
@Command(name = "state", mixinStandardHelpOptions = true, description = "Prints an account, or the last batches.")
final class State implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Option(names = "--owner", description = "The owner's address.")
    private @Nullable String owner;

    @Option(names = "--account", description = "The owner's number for the account, 0 without it.")
    private long account;

    @Override
    public Integer call() {
        var path = owner == null ? "/v1/batches" : "/v1/accounts/%s/%d".formatted(owner, account);
        var answer = new Door(target.api()).get(path);
        System.out.println(answer.body().toPrettyString());
        return answer.accepted() ? Parley.DONE : Parley.OUTCOME;
    }
}
