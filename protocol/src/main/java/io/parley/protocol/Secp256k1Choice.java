package io.parley.protocol;

/** A holder of its own, so that naming an implementation does not load the other. */
final class Secp256k1Choice {

    static final Secp256k1 BEST = choose(System.getProperty(Secp256k1.PROPERTY, ""));

    private Secp256k1Choice() {}

    static Secp256k1 choose(String wanted) {
        return switch (wanted) {
            case "" -> Secp256k1.nativeLibrary().orElseGet(Secp256k1::bouncyCastle);
            case "native" ->
                Secp256k1.nativeLibrary()
                        .orElseThrow(() -> new IllegalStateException("""
                                The native secp256k1 (-D%s=native) does not load on this system (%s, %s).
                                Leave the property out to fall back to BouncyCastle.""".formatted(
                                Secp256k1.PROPERTY, System.getProperty("os.name"), System.getProperty("os.arch"))));
            case "bouncycastle" -> Secp256k1.bouncyCastle();
            default ->
                throw new IllegalStateException(
                        "-D%s (%s) must be native or bouncycastle.".formatted(Secp256k1.PROPERTY, wanted));
        };
    }
}
