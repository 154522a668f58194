package io.parley.node;

import io.parley.node.cli.Parley;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The command line of Parley, and the process that the roles live in. */
@QuarkusMain
public final class Main {

    private Main() {}

    public static void main(String... args) {
        System.exit(Parley.run(args));
    }
}
