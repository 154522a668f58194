package io.parley.devnet;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout is: the tools that devnet starts are built and installed inside it. */
public final class Checkout {

    private static final String PROPERTY = "parley.home";

    private Checkout() {}

    /**
     * The system property {@code parley.home}, or else the nearest folder above the working directory that holds a
     * checkout.
     *
     * @throws DevnetException if there is none
     */
    public static Path home() {
        var named = System.getProperty(PROPERTY);
        if (named != null) {
            var home = Path.of(named).toAbsolutePath();
            if (!isCheckout(home)) {
                throw new DevnetException("""
                        The system property %s names (%s), which is no Parley checkout: it has no devnet/broker.""".formatted(PROPERTY, home));
            }
            return home;
        }
        var start = Path.of("").toAbsolutePath();
        for (Path p = start; p != null; p = p.getParent()) {
            if (isCheckout(p)) {
                return p;
            }
        }
        throw new DevnetException("""
                There is no Parley checkout at or above (%s). Run inside one, or name it with -D%s=<folder>.""".formatted(start, PROPERTY));
    }

    private static boolean isCheckout(Path p) {
        return Files.isRegularFile(p.resolve("devnet/broker/pom.xml"));
    }
}
