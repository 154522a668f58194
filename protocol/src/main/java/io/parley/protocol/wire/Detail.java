package io.parley.protocol.wire;

import java.nio.charset.StandardCharsets;

/** Details are for reading: a long one is cut rather than refused, so that reporting a failure cannot fail. */
final class Detail {

    private static final int MOST_BYTES = 65_535;
    private static final int CUT = 20_000;

    private Detail() {}

    /** The text as it is if the wire can carry it. */
    static String fit(String text) {
        String result = text;
        // A character takes at most three bytes of UTF-8.
        if (text.length() > MOST_BYTES / 3 && text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            result = text.substring(0, CUT) + "…";
        }
        for (int i = 0; i < result.length(); i++) {
            if (Character.isSurrogate(result.charAt(i))) {
                return wellFormed(result);
            }
        }
        return result;
    }

    /** Replaces unpaired surrogates, which UTF-8 cannot carry. */
    private static String wellFormed(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }
}
