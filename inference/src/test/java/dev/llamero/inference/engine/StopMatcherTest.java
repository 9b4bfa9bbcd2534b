package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    /** Feeds a text in pieces; what came out until the end or the stop. */
    private static String run(List<String> stops, String text, int pieceLength) {
        StopMatcher matcher = new StopMatcher(stops);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < text.length(); at += pieceLength) {
            boolean stopped = matcher.accept(text.substring(at, Math.min(text.length(), at + pieceLength)));
            matcher.take(out);
            if (stopped) {
                matcher.takeRest(out);
                return out + "|";
            }
        }
        matcher.takeRest(out);
        return out.toString();
    }

    private static String taken(StopMatcher matcher) {
        StringBuilder out = new StringBuilder();
        matcher.take(out);
        return out.toString();
    }

    /**
     * The definition: the shortest beginning of the text that ends with a stop string, without the longest of these.
     */
    private static String reference(List<String> stops, String text) {
        for (int end = 1; end <= text.length(); end++) {
            String beginning = text.substring(0, end);
            int longest = stops.stream()
                    .filter(beginning::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return beginning.substring(0, end - longest) + "|";
            }
        }
        return text;
    }

    @Test
    void aStopStringIsFoundAtEveryCut() {
        List<String> stops = List.of("\nUser:", "END", "aab");
        for (String text :
                List.of("hello\nUser: x", "hello\nUse r", "xaaab", "E EN END!", "nothing", "aa", "\n\nUser:", "EEND")) {
            for (int length = 1; length <= text.length(); length++) {
                assertThat(run(stops, text, length)).isEqualTo(reference(stops, text));
            }
        }
    }

    @Test
    void randomTextsOfFewLettersGiveWhatTheDefinitionSays() {
        Random random = new Random(7);
        for (int round = 0; round < 5000; round++) {
            List<String> stops =
                    List.of(letters(random, 1 + random.nextInt(5)), letters(random, 2 + random.nextInt(6)));
            String text = letters(random, random.nextInt(40));
            assertThat(run(stops, text, 1 + random.nextInt(5)))
                    .as("stops %s, text %s", stops, text)
                    .isEqualTo(reference(stops, text));
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append((char) ('a' + random.nextInt(2)));
        }
        return letters.toString();
    }

    @Test
    void onlyWhatCouldBecomeAStopStringIsHeldBack() {
        StopMatcher matcher = new StopMatcher(List.of("<end>"));
        matcher.accept("text <en");
        assertThat(taken(matcher)).isEqualTo("text ");
        matcher.accept("d of it");
        assertThat(taken(matcher)).isEqualTo("<end of it");
    }

    @Test
    void withoutStopStringsNothingIsHeldBack() {
        StopMatcher matcher = new StopMatcher(List.of());
        assertThat(matcher.accept("anything")).isFalse();
        assertThat(taken(matcher)).isEqualTo("anything");
    }
}
