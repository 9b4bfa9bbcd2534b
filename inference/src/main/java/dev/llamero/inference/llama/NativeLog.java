package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Takes llama.cpp's log into the server's: errors and warnings as such, its information (about two hundred lines per
 * model) as debug, its debug chatter not at all.
 *
 * <p>Called from any thread, also from threads that ggml made. The native side may hand over a line in parts, which are
 * joined per thread. Nothing that goes wrong here may reach the native caller, since an exception there ends the JVM.
 */
final class NativeLog {
    private static final System.Logger LOGGER = System.getLogger("llama.cpp");

    /** Values of {@code enum ggml_log_level}. */
    static final int DEBUG = 1;

    static final int INFO = 2;
    static final int WARN = 3;
    static final int ERROR = 4;
    static final int CONTINUE = 5;

    /** Longest joined line; the rest of a longer one starts a new one. */
    private static final int LINE_CHARACTERS_MAX = 8192;

    /**
     * Warnings that state what is intended here: a context below the training length, one above it (the engine bounds
     * each conversation, they only share the cells), and a step that was aborted.
     */
    private static final List<String> EXPECTED = List.of(
            "the full capacity of the model will not be utilized",
            "possible training context overflow",
            "removing memory module entries");

    /** What the library calls an error of a step that was aborted. */
    private static final List<String> ABORTED = List.of("failed with error 1", "compute status: 1", "ret = 2");

    private static final ThreadLocal<Pending> PENDING = ThreadLocal.withInitial(Pending::new);
    private static final ThreadLocal<BiConsumer<Integer, String>> OBSERVER = new ThreadLocal<>();
    private static final ThreadLocal<AbortFlag> RUNNING = new ThreadLocal<>();
    private static final AtomicLong LOST = new AtomicLong();

    /** A line that has no end yet. */
    private static final class Pending {
        private final StringBuilder text = new StringBuilder();
        private int level = INFO;
    }

    private NativeLog() {}

    /** A function pointer for {@code llama_log_set}, valid until the process ends. */
    static MemorySegment upcall() {
        try {
            return Native.upcall(
                    MethodHandles.lookup()
                            .findStatic(
                                    NativeLog.class,
                                    "receive",
                                    MethodType.methodType(
                                            void.class, int.class, MemorySegment.class, MemorySegment.class)),
                    FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS),
                    Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the log upcall is missing", e);
        }
    }

    /** The upcall. */
    static void receive(int level, MemorySegment text, MemorySegment userData) {
        try {
            Native.text(text).ifPresent(part -> append(level, part));
        } catch (Throwable t) {
            LOST.incrementAndGet();
        }
    }

    /** Messages that could not be logged since the process started. */
    static long lost() {
        return LOST.get();
    }

    /** Runs native work, and shows the lines that it logs on this thread to an observer, whatever their level. */
    static <T> T observing(BiConsumer<Integer, String> observer, Supplier<T> work) {
        BiConsumer<Integer, String> outer = OBSERVER.get();
        OBSERVER.set(observer);
        try {
            return work.get();
        } finally {
            if (outer == null) {
                OBSERVER.remove();
            } else {
                OBSERVER.set(outer);
            }
        }
    }

    /** Tells which flag can abort the step that this thread runs next, so that its traces are no errors. */
    static void stepOf(AbortFlag flag) {
        RUNNING.set(flag);
    }

    private static boolean aborted(String text) {
        AbortFlag flag = RUNNING.get();
        return flag != null && flag.isSet() && ABORTED.stream().anyMatch(text::contains);
    }

    static void append(int level, String part) {
        Pending pending = PENDING.get();
        if (level != CONTINUE) {
            flush(pending);
            pending.level = level;
        }
        pending.text.append(part);
        if (part.endsWith("\n") || pending.text.length() > LINE_CHARACTERS_MAX) {
            flush(pending);
        }
    }

    private static void flush(Pending pending) {
        String text = pending.text.toString().strip();
        pending.text.setLength(0);
        if (text.isEmpty()) {
            return;
        }
        BiConsumer<Integer, String> observer = OBSERVER.get();
        if (observer != null) {
            observer.accept(pending.level, text);
        }
        Level level = level(pending.level, text);
        if (level != Level.OFF) {
            LOGGER.log(level, text);
        }
    }

    static Level level(int nativeLevel, String text) {
        return switch (nativeLevel) {
            case ERROR -> aborted(text) ? Level.DEBUG : Level.ERROR;
            case WARN -> EXPECTED.stream().anyMatch(text::contains) ? Level.DEBUG : Level.WARNING;
            case INFO -> Level.DEBUG;
            default -> Level.OFF;
        };
    }
}
