package dev.llamero.gateway.figures;

import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.Turn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The business log: one line for each turn that ended, with who, where, how much and how it went, and not a word of
 * question or answer. Goes to the logger {@code dev.llamero.gateway.turns}, and to a file if the settings name one.
 *
 * <p>Events come from within the chats' lock, so they are only queued here; one virtual thread of this object writes.
 */
public final class TurnLog implements AutoCloseable {
    private static final System.Logger TURNS = System.getLogger("dev.llamero.gateway.turns");
    private static final System.Logger LOG = System.getLogger(TurnLog.class.getName());

    /** Lines that may wait for a slow disk; then the newest are left out, and that is said. */
    private static final int WAITING_MAX = 10_000;

    private static final String END = "";

    private final TurnFigures figures;
    private final Clock clock;
    private final Optional<Path> file;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread writer;

    public TurnLog(TurnFigures figures, Optional<Path> file, Clock clock) {
        this.figures = figures;
        this.file = file;
        this.clock = clock;
        writer = Thread.ofVirtual().name("turn-log").start(this::write);
    }

    /** Takes an event of the chats; never blocks. */
    public void happened(String user, ChatEvent event) {
        if (event instanceof ChatEvent.TurnEnded ended) {
            figures.count(ended.answer().turn());
            if (!waiting.offer(line(user, ended.sessionKey(), ended.answer().turn()))) {
                LOG.log(Level.WARNING, "a line of the turn log was left out: the log is not written fast enough");
            }
        }
    }

    private String line(String user, String session, Turn turn) {
        Turn.Statistics statistics = turn.statistics();
        return "time=" + clock.instant() + " user=" + user + " session=" + session + " turn=" + turn.id() + " request="
                + turn.requestId() + " model=" + plain(turn.model()) + " outcome="
                + turn.state().name().toLowerCase(Locale.ROOT)
                + (turn.errorCode().isEmpty() ? "" : " error=" + turn.errorCode()) + " prompt_tokens="
                + statistics.promptTokens() + " completion_tokens=" + statistics.completionTokens()
                + " first_token_ms=" + statistics.firstTokenMillis() + " total_ms=" + statistics.totalMillis();
    }

    /** A model's name comes from a page: it may not begin a line or a field of its own. */
    private static String plain(String name) {
        return name.isEmpty() ? "-" : name.replaceAll("[^\\x21-\\x7e]|=", "_");
    }

    private void write() {
        try {
            for (String line = waiting.take(); !line.equals(END); line = waiting.take()) {
                TURNS.log(Level.INFO, line);
                append(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void append(String line) {
        if (file.isEmpty()) {
            return;
        }
        try {
            Files.writeString(
                    file.get(),
                    line + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "the turn log " + file.get() + " cannot be written: " + e.getMessage());
        }
    }

    /** Writes what waits, then ends. */
    @Override
    public void close() {
        try {
            waiting.put(END);
            writer.join(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
