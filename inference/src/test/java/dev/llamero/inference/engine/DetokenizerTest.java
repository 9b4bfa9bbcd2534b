package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DetokenizerTest {
    private static final String TEXT = "aé你好🦙\u0000z—𝄞";

    @Test
    void textIsTheSameHoweverItsBytesAreCutAndNeverEndsWithinACharacter() {
        byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= bytes.length; size++) {
            for (int first = 0; first <= bytes.length; first++) {
                Detokenizer detokenizer = new Detokenizer();
                StringBuilder text = new StringBuilder();
                detokenizer.accept(Arrays.copyOf(bytes, first), text);
                for (int at = first; at < bytes.length; at += size) {
                    detokenizer.accept(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)), text);
                    assertThat(TEXT).startsWith(text);
                    assertThat(Character.isHighSurrogate(text.charAt(text.length() - 1)))
                            .isFalse();
                }
                assertThat(text).hasToString(TEXT);
            }
        }
    }

    @Test
    void invalidBytesAreReplacedAsByTheJavaDecoderHoweverCut() {
        byte[] bytes = {'a', (byte) 0xFF, 'b', (byte) 0xE4, (byte) 0xBD, 'c', (byte) 0xC0, (byte) 0x80, (byte) 0xF0};
        String whole = new String(bytes, StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Detokenizer detokenizer = new Detokenizer();
            StringBuilder text = new StringBuilder();
            detokenizer.accept(Arrays.copyOf(bytes, cut), text);
            detokenizer.accept(Arrays.copyOfRange(bytes, cut, bytes.length), text);
            assertThat(text).hasToString(whole.substring(0, whole.length() - 1));
        }
    }

    @Test
    void theBeginningOfACharacterWaitsForItsRest() {
        Detokenizer detokenizer = new Detokenizer();
        StringBuilder text = new StringBuilder();
        detokenizer.accept(new byte[] {(byte) 0xE4, (byte) 0xBD}, text);
        assertThat(text).isEmpty();
        detokenizer.accept(new byte[] {(byte) 0xA0}, text);
        assertThat(text).hasToString("你");
    }

    @Test
    void aLongTokenFits() {
        String line = "é".repeat(500);
        StringBuilder text = new StringBuilder();
        new Detokenizer().accept(line.getBytes(StandardCharsets.UTF_8), text);
        assertThat(text).hasToString(line);
    }
}
