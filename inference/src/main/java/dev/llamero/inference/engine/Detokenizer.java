package dev.llamero.inference.engine;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Token bytes to text, holding back an incomplete UTF-8 character until its rest arrives; invalid bytes become U+FFFD.
 * Half a character at the end of an answer is never seen, as in llama.cpp's server.
 * One per generation; engine's thread only.
 */
final class Detokenizer {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    private ByteBuffer bytes = ByteBuffer.allocate(64);
    private CharBuffer chars = CharBuffer.allocate(64);

    /** Appends the text that these bytes complete. */
    void accept(byte[] more, StringBuilder into) {
        if (bytes.position() == 0 && appendAscii(more, into)) {
            return;
        }
        if (bytes.remaining() < more.length) {
            int needed = 2 * (bytes.position() + more.length);
            bytes = ByteBuffer.allocate(needed).put(bytes.flip());
            chars = CharBuffer.allocate(needed);
        }
        decode(bytes.put(more).flip(), into);
        bytes.compact();
    }

    private static boolean appendAscii(byte[] more, StringBuilder into) {
        for (byte b : more) {
            if (b < 0) {
                return false;
            }
        }
        for (byte b : more) {
            into.append((char) b);
        }
        return true;
    }

    private void decode(ByteBuffer from, StringBuilder into) {
        chars.clear();
        decoder.decode(from, chars, false);
        into.append(chars.flip());
    }
}
