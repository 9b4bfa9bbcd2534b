package dev.llamero.models;

import java.io.IOException;

/**
 * A file is not a usable GGUF model. The message names the file, the byte at which reading stopped, and what is wrong.
 * A file that is absent or unreadable gives an ordinary {@link IOException} instead.
 */
public final class GgufException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int QUOTED_CHARS_MAX = 80;

    private final String file;
    private final long offset;
    private final String problem;

    /**
     * @param file the file's name
     * @param offset byte in the file at which the fault was seen
     * @param problem what is wrong, and the remedy where there is one
     */
    public GgufException(String file, long offset, String problem) {
        super(file + ": at byte " + offset + ": " + problem);
        this.file = file;
        this.offset = offset;
        this.problem = problem;
    }

    /** The file's name. */
    public String file() {
        return file;
    }

    /** Byte in the file at which the fault was seen. */
    public long offset() {
        return offset;
    }

    /** What is wrong, without file and byte. */
    public String problem() {
        return problem;
    }

    /** A name from the file for a message: short, and without control characters that could forge a log line. */
    static String quoted(String name) {
        String shown = name.length() <= QUOTED_CHARS_MAX ? name : name.substring(0, QUOTED_CHARS_MAX) + "...";
        var text = new StringBuilder("'");
        shown.codePoints().forEach(point -> text.appendCodePoint(isPrintable(point) ? point : '?'));
        return text.append('\'').toString();
    }

    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
