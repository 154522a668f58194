package io.parley.node.cli;

import io.parley.node.demo.Door;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The projections in PostgreSQL. */
@Command(
        name = "views",
        mixinStandardHelpOptions = true,
        description = "The projections in PostgreSQL.",
        subcommands = Views.Rebuild.class)
final class Views {

    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description = "Empties the views and makes them again from the topics.")
    static final class Rebuild implements Callable<Integer> {

        @Mixin
        private Target target = new Target();

        @Override
        public Integer call() throws Exception {
            var answer = new Door(target.api()).rebuildViews();
            System.out.println(answer);
            return Parley.DONE;
        }
    }
}
