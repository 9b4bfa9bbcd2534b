package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordWrapTest {
    private static final Pattern WIPED = Pattern.compile("\033\\[(\\d+)D\033\\[K");

    /** What stands on the screen after the writing, line by line. */
    private static List<String> screen(int width, String text, int pieceChars) {
        var out = new StringWriter();
        var wrap = new WordWrap(new PrintWriter(out), width);
        for (int at = 0; at < text.length(); at += pieceChars) {
            wrap.write(text.substring(at, Math.min(text.length(), at + pieceChars)));
        }
        var lines = new ArrayList<String>();
        for (String line : out.toString().split("\n", -1)) {
            var wiped = WIPED.matcher(line);
            lines.add(wiped.find() ? line.substring(0, wiped.start() - Integer.parseInt(wiped.group(1))) : line);
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void wordsMoveToTheNextLineWhole(int pieceChars) {
        assertThat(screen(14, "one two three four", pieceChars)).containsExactly("one two ", "three four");
    }

    @Test
    void aWordLongerThanTheLineIsCut() {
        assertThat(screen(12, "a abcdefghijklmnop z", 1)).containsExactly("a ", "abcdefghij", "klmnop z");
    }

    @Test
    void wideCharactersBreakAnywhereAndCountTwice() {
        assertThat(screen(12, "你好你好你好你", 1)).containsExactly("你好你好你", "好你");
    }

    @Test
    void ownLineEndsStayAndNarrowTerminalsDoNotWrap() {
        assertThat(screen(14, "one\ntwo three", 2)).containsExactly("one", "two three");
        assertThat(screen(9, "one two three four five", 2)).containsExactly("one two three four five");
    }
}
