package io.parley.protocol;

import java.util.HexFormat;

/** Strict 0x-hex. */
final class Hex {

    private Hex() {}

    static byte[] parse(String hex, int length, String what) {
        if (hex.length() != 2 + 2 * length || !hex.startsWith("0x")) {
            throw new IllegalArgumentException(
                    "The %s (%s) must be 0x and %d hex digits.".formatted(what, shortened(hex), 2 * length));
        }
        return digits(hex, what);
    }

    static byte[] parse(String hex, String what) {
        if (!hex.startsWith("0x")) {
            throw new IllegalArgumentException("The %s (%s) must start with 0x.".formatted(what, shortened(hex)));
        }
        return digits(hex, what);
    }

    private static byte[] digits(String hex, String what) {
        try {
            return HexFormat.of().parseHex(hex, 2, hex.length());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The %s (%s) must be hex digits after 0x.".formatted(what, shortened(hex)), e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 140 ? text : text.substring(0, 140) + "…";
    }
}
