package io.parley.devnet;

import java.io.IOException;
import java.nio.file.Path;

/** Runs a network in a JVM that a test can kill: prints where it listens and then waits until its parent is gone. */
final class Owner {

    private Owner() {}

    public static void main(String[] args) throws IOException {
        var devnet = Devnet.start(Path.of(args[0]));
        System.out.println(devnet.kafka().port() + " " + devnet.postgres().port() + " "
                + devnet.anvil().port());
        // Nothing is ever written; the end comes with the parent's.
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }
}
