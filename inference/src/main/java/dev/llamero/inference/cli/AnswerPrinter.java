package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;

/** Prints an answer as it comes: the thinking between its two marks, then the text. One per answer. */
final class AnswerPrinter {
    private static final String GREY = "\033[38;5;245m";
    private static final String PLAIN = "\033[0m";

    private final PrintWriter out;
    private final Style style;
    private final WordWrap wrap;
    private Phase phase = Phase.NOTHING;
    private boolean lineStart;

    /**
     * How to print.
     *
     * @param colours whether the thinking is grey
     * @param width columns to wrap words at; 0 for none
     */
    record Style(boolean colours, int width, boolean hideThinking) {}

    private enum Phase {
        NOTHING,
        THINKING,
        CONTENT
    }

    AnswerPrinter(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
        this.wrap = new WordWrap(out, style.width());
    }

    /** @throws IOException if nobody reads any more */
    void thinking(String text) throws IOException {
        if (text.isEmpty() || style.hideThinking()) {
            return;
        }
        if (phase == Phase.NOTHING) {
            mark("Thinking...\n");
            out.print(style.colours() ? GREY : "");
            phase = Phase.THINKING;
        }
        write(text);
    }

    /** @throws IOException if nobody reads any more */
    void content(String text) throws IOException {
        if (text.isEmpty()) {
            return;
        }
        endThinking();
        phase = Phase.CONTENT;
        write(text);
    }

    private void endThinking() {
        if (phase == Phase.THINKING) {
            out.print(style.colours() ? PLAIN : "");
            out.print(lineStart ? "" : "\n");
            mark("...done thinking.\n\n");
            wrap.restart();
        }
    }

    private void mark(String text) {
        out.print(style.colours() ? GREY + text + PLAIN : text);
    }

    private void write(String text) throws IOException {
        lineStart = text.endsWith("\n");
        wrap.write(text);
        out.flush();
        if (out.checkError()) {
            throw new IOException("standard output was closed");
        }
    }

    /** For the end of the process, which Ctrl-C may bring in the middle of the grey text. Any thread. */
    void restoreColours() {
        out.print(PLAIN);
        out.flush();
    }

    /** After the last piece, also of an answer that was cut: an empty line sets it off from what follows. */
    void end() {
        if (phase == Phase.THINKING) {
            out.print(style.colours() ? PLAIN : "");
        }
        out.print("\n\n");
        out.flush();
    }
}
