package dev.llamero.inference.kherud;

import de.kherud.llama.LogLevel;

/** Passes the library's warnings and errors on to the server's log. Called by the library's own threads. */
final class NativeLog {
    private static final System.Logger LOG = System.getLogger(NativeLog.class.getName());
    private static final int LINE_CHARS_MAX = 2_000;

    private NativeLog() {}

    static void take(LogLevel level, String text) {
        String line = text.strip();
        if (line.isEmpty() || level != LogLevel.ERROR && level != LogLevel.WARN) {
            return;
        }
        LOG.log(
                level == LogLevel.ERROR ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) : line);
    }
}
