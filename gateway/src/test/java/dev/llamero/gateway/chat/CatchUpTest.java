package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatchUpTest {
    private static AnswerText text(String... kindsAndTexts) {
        var text = new AnswerText();
        for (int i = 0; i < kindsAndTexts.length; i += 2) {
            text.append(kindsAndTexts[i], kindsAndTexts[i + 1]);
        }
        return text;
    }

    @Test
    void howeverBothAreCutTheRestIsWhatIsNew() {
        String whole = "thoughts|answer 你好 🦙|more thoughts|end";
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            int known = random.nextInt(whole.length() + 1);
            var shown = new AnswerText();
            feed(shown, whole.substring(0, known), 0, random);
            var catchUp = new CatchUp(shown);
            var news = new StringBuilder();
            for (int at = 0; at < whole.length(); ) {
                int end = pieceEnd(whole, at, random);
                if (whole.charAt(at) != '|') {
                    news.append(catchUp.take(kind(whole, at), whole.substring(at, end))
                            .orElseThrow());
                }
                at = end;
            }
            assertThat(news.toString())
                    .as("seed %d", seed)
                    .isEqualTo(whole.substring(known).replace("|", ""));
            assertThat(catchUp.isComplete()).isTrue();
            assertThat(catchUp.verifiedChars())
                    .isEqualTo(whole.substring(0, known).replace("|", "").length());
        }
    }

    private static void feed(AnswerText text, String part, int at, Random random) {
        while (at < part.length()) {
            int end = pieceEnd(part, at, random);
            if (part.charAt(at) != '|') {
                text.append(kind(part, at), part.substring(at, end));
            }
            at = end;
        }
    }

    private static int pieceEnd(String whole, int at, Random random) {
        int bar = whole.indexOf('|', at);
        int limit = bar < 0 ? whole.length() : bar == at ? at + 1 : bar;
        return Math.min(limit, at + 1 + random.nextInt(6));
    }

    private static String kind(String whole, int at) {
        long bars = whole.substring(0, at).chars().filter(c -> c == '|').count();
        return bars % 2 == 0 ? "reasoning" : "content";
    }

    @Test
    void anotherTextAnotherKindOrAnotherCallIsADifference() {
        assertThat(new CatchUp(text("content", "abc")).take("content", "abX")).isEmpty();
        assertThat(new CatchUp(text("content", "abc")).take("reasoning", "abc")).isEmpty();
        assertThat(new CatchUp(text("tool 0 c1 f", "{}")).take("tool 0 c2 g", "{}"))
                .isEmpty();
        assertThat(new CatchUp(text("tool 0 c1 f", "{}")).take("tool 0 c2 f", "{}"))
                .as("ids of calls are made anew for each answer")
                .contains("");
    }

    @Test
    void whatCameAgainBeforeTheDifferenceIsKept() {
        var catchUp = new CatchUp(text("reasoning", "hm", "content", "One two"));
        catchUp.take("reasoning", "hm");
        catchUp.take("content", "One ");
        assertThat(catchUp.take("content", "three")).isEqualTo(Optional.empty());
        assertThat(catchUp.verified().reasoning()).isEqualTo("hm");
        assertThat(catchUp.verified().content()).isEqualTo("One ");
        assertThat(catchUp.isComplete()).isFalse();
    }
}
