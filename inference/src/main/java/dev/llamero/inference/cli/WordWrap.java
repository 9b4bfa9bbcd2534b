package dev.llamero.inference.cli;

import java.io.PrintWriter;
import org.jline.utils.WCWidth;

/**
 * Writes text that comes in pieces, and moves a word to the next line when it grows over the right edge. Nothing is
 * held back: what was written of the word is wiped away and written again.
 */
final class WordWrap {
    private static final int WIDTH_MIN = 10;
    /** A cursor in the last column stands differently from terminal to terminal; this keeps away from it. */
    private static final int MARGIN = 2;

    private final PrintWriter out;
    private final int columns;
    private final StringBuilder word = new StringBuilder();
    private int wordWidth;
    private int column;

    /** @param width of the terminal; one below ten, as 0, does not wrap */
    WordWrap(PrintWriter out, int width) {
        this.out = out;
        this.columns = width < WIDTH_MIN ? 0 : width - MARGIN;
    }

    void write(String text) {
        if (columns == 0) {
            out.print(text);
        } else {
            text.codePoints().forEach(this::put);
        }
    }

    /** The cursor is at the start of a line now. */
    void restart() {
        column = 0;
        endWord();
    }

    private void put(int codePoint) {
        if (codePoint == '\n') {
            out.print("\n");
            restart();
            return;
        }
        int width = Math.max(0, WCWidth.wcwidth(codePoint));
        if (column + width > columns) {
            breakLine();
        }
        out.print(Character.toString(codePoint));
        column += width;
        if (codePoint == ' ' || width > 1) {
            // Scripts with wide characters break between any two of them.
            endWord();
        } else {
            word.appendCodePoint(codePoint);
            wordWidth += width;
        }
    }

    private void breakLine() {
        if (wordWidth == 0 || wordWidth == column) {
            out.print("\n");
            restart();
            return;
        }
        out.print("\033[" + wordWidth + "D\033[K\n" + word);
        column = wordWidth;
    }

    private void endWord() {
        word.setLength(0);
        wordWidth = 0;
    }
}
