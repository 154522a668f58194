package io.parley.protocol.wire;

/** Details are for reading: a long one is cut rather than refused, so that reporting a failure cannot fail. */
final class Detail {

    /** Three bytes of UTF-8 for each character stay below the wire's 65535. */
    private static final int MOST = 20_000;

    private Detail() {}

    static String fit(String detail) {
        String cut = detail.length() <= MOST ? detail : detail.substring(0, MOST);
        for (int i = 0; i < cut.length(); i++) {
            if (Character.isSurrogate(cut.charAt(i))) {
                return wellFormed(cut);
            }
        }
        return cut;
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
