package io.parley.devnet;

import java.nio.file.Path;

/** Runs a network in a JVM that a test can kill: prints where it listens and then waits for ever. */
final class Owner {

    private Owner() {}

    public static void main(String[] args) throws InterruptedException {
        var devnet = Devnet.start(Path.of(args[0]));
        System.out.println(devnet.kafka().port() + " " + devnet.postgres().port() + " "
                + devnet.anvil().port());
        Thread.currentThread().join();
    }
}
