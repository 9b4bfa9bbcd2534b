package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jline.keymap.KeyMap;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.MaskingCallback;
import org.jline.reader.Widget;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/** The terminal of a chat: line editing with a history on disk, and Ctrl-C while an answer runs. */
final class ChatTerminal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChatTerminal.class.getName());
    private static final String PROMPT = ">>> ";
    private static final int HISTORY_LINES_MAX = 1_000;

    private final Terminal terminal;
    private final LineReader reader;
    private final Editor editor;

    /** Ends the reading of a line that is to be written on in an editor. */
    private static final class EditRequest extends RuntimeException {
        private static final long serialVersionUID = 1;

        EditRequest(String text) {
            super(text, null, false, false);
        }
    }

    ChatTerminal(Surroundings surroundings) throws IOException {
        terminal = surroundings.terminal().open();
        var placeholder = new Placeholder();
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("llamero")
                .parser(new MessageParser())
                .highlighter(placeholder)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES_MAX)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES_MAX)
                .variable(LineReader.DISABLE_COMPLETION, true)
                .option(Option.DISABLE_EVENT_EXPANSION, true)
                .option(Option.HISTORY_TIMESTAMPED, false)
                .build();
        placeholder.attach(reader);
        editor = new Editor(surroundings.environment());
        reader.getKeyMaps().get(LineReader.MAIN).bind((Widget) this::requestEdit, KeyMap.ctrl('G'));
        if (surroundings.environment().getOrDefault("OLLAMA_NOHISTORY", "").matches("|0|f|F|false|FALSE|False")) {
            keepHistory(surroundings.home().resolve(".llamero/history"));
        }
    }

    /** The terminal of this process. */
    static Terminal open() throws IOException {
        return TerminalBuilder.builder()
                .name("llamero")
                .system(true)
                .encoding(StandardCharsets.UTF_8)
                // Asking the terminal what it can do would read over what was typed while the model was loaded.
                .graphemeCluster(false)
                .build();
    }

    /** What is typed may be private: nobody else reads the file. */
    private void keepHistory(Path file) {
        try {
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                var own = PosixFilePermissions.fromString("rw-------");
                Files.createFile(file, PosixFilePermissions.asFileAttribute(own));
            }
            reader.setVariable(LineReader.HISTORY_FILE, file);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(System.Logger.Level.WARNING, "no history is kept: " + e);
        }
    }

    /**
     * The next message or command, of several lines between triple quotes.
     *
     * @throws org.jline.reader.UserInterruptException on Ctrl-C
     * @throws org.jline.reader.EndOfFileException on Ctrl-D
     */
    String read() {
        String begun = null;
        while (true) {
            try {
                return reader.readLine(PROMPT, null, (MaskingCallback) null, begun);
            } catch (EditRequest e) {
                begun = edit(e.getMessage());
            }
        }
    }

    private boolean requestEdit() {
        throw new EditRequest(reader.getBuffer().toString());
    }

    /** Outside the line editor, so that the terminal is as a program expects it. */
    private String edit(String text) {
        terminal.writer().println();
        terminal.flush();
        try {
            return editor.edit(text);
        } catch (IOException | UsageException e) {
            terminal.writer().println("error: " + e.getMessage());
            return text;
        }
    }

    void history(boolean kept) {
        reader.setVariable(LineReader.DISABLE_HISTORY, !kept);
    }

    /** From now until {@link #read}, Ctrl-C does this. */
    void onInterrupt(Runnable action) {
        terminal.handle(Signal.INT, signal -> action.run());
    }

    PrintWriter out() {
        return terminal.writer();
    }

    boolean hasColours() {
        return !terminal.getType().startsWith(Terminal.TYPE_DUMB);
    }

    int width() {
        return terminal.getSize().getColumns();
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
