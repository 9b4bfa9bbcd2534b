package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenIndexTest {
    private final TokenIndex index = new TokenIndex();

    private static TokenList text(String letters) {
        TokenList tokens = new TokenList();
        letters.chars().forEach(tokens::add);
        return tokens;
    }

    @Test
    void theLatestOccurrenceOfTheLongestRunIsFound() {
        assertThat(index.find(text("abcdX_cdY_abcd"))).isEqualTo(4);
        assertThat(index.matched()).isEqualTo(4);
        assertThat(new TokenIndex().find(text("abcdX_cdY_cd"))).isEqualTo(8);
    }

    @Test
    void aLongMatchIsMeasuredUpToItsBound() {
        String line = "abcdefghijklmnopqrstuvwxyz";
        assertThat(index.find(text(line + line))).isEqualTo(line.length());
        assertThat(index.matched()).isEqualTo(TokenIndex.MATCH_MAX);
    }

    @Test
    void shortOrNewTextHasNoOccurrence() {
        for (String letters : new String[] {"", "a", "ab", "abc", "abcab"}) {
            assertThat(new TokenIndex().find(text(letters))).isEqualTo(letters.equals("abcab") ? 2 : -1);
        }
        assertThat(index.find(text("the quick brown"))).isEqualTo(-1);
    }

    @Test
    void afterTokensWereTakenOutOldPositionsAreForgotten() {
        TokenList tokens = text("abcdXXXXXXXXefghYabcd");
        assertThat(index.find(tokens)).isEqualTo(4);
        tokens.removeRange(0, 12);
        index.reset();
        assertThat(index.find(tokens)).isEqualTo(-1);
        tokens.add('e');
        tokens.add('f');
        tokens.add('g');
        tokens.add('h');
        assertThat(index.find(tokens)).isEqualTo(4);
    }

    /** Against a search by hand: what is found is an occurrence, and few are missed. */
    @Test
    void findsWhatASearchFinds() {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            TokenList tokens = new TokenList();
            TokenIndex each = new TokenIndex();
            int missed = 0;
            for (int i = 0; i < 600; i++) {
                tokens.add(random.nextInt(12));
                int found = each.find(tokens);
                int size = tokens.size();
                int longest = 0;
                for (int behind = 1; behind < size; behind++) {
                    longest = Math.max(longest, equal(tokens, behind, size));
                }
                if (longest < TokenIndex.RUN_MIN) {
                    assertThat(found).isEqualTo(-1);
                } else if (found < 0) {
                    missed++;
                } else {
                    int matched = equal(tokens, found, size);
                    assertThat(Math.min(matched, TokenIndex.MATCH_MAX)).isEqualTo(each.matched());
                    assertThat(matched).isGreaterThanOrEqualTo(TokenIndex.RUN_MIN);
                }
            }
            // A place may be taken by another run's hash, but seldom: the table is larger than the text.
            assertThat(missed).isLessThan(60);
        }
    }

    private static int equal(TokenList tokens, int one, int other) {
        int equal = 0;
        while (equal < one && tokens.get(one - 1 - equal) == tokens.get(other - 1 - equal)) {
            equal++;
        }
        return equal;
    }
}
