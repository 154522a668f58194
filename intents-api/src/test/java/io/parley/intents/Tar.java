package io.parley.intents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** As much of the tar format as a corpus of small files needs. */
record Tar(String name, byte[] content) {

    private static final int BLOCK = 512;

    /** Returns null at the end. */
    static Tar next(InputStream in) throws IOException {
        while (true) {
            byte[] header = in.readNBytes(BLOCK);
            if (header.length < BLOCK || header[0] == 0) {
                return null;
            }
            int size = Integer.parseInt(text(header, 124, 12), 8);
            byte[] content = in.readNBytes(size);
            in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
            char type = (char) header[156];
            if (type == '0' || type == 0) {
                return new Tar(text(header, 0, 100), content);
            }
        }
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0 && header[end] != ' ') {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.US_ASCII);
    }
}
