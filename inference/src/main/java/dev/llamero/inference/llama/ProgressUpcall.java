package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * The function that llama.cpp calls while it loads a model. Passes on every hundredth at most ten times a second, and
 * keeps what the listener throws away from the native caller.
 */
final class ProgressUpcall {
    private static final long PAUSE_NANOS = 100_000_000;

    private final LoadProgress listener;
    private long lastNanos;
    private boolean told;
    private boolean cancelled;
    private RuntimeException thrown;

    ProgressUpcall(LoadProgress listener) {
        this.listener = listener;
    }

    /** A function pointer for {@code progress_callback}, valid while the arena lives. */
    MemorySegment stub(Arena arena) {
        try {
            return Native.upcall(
                    MethodHandles.lookup()
                            .findVirtual(
                                    ProgressUpcall.class,
                                    "receive",
                                    MethodType.methodType(boolean.class, float.class, MemorySegment.class))
                            .bindTo(this),
                    FunctionDescriptor.of(JAVA_BOOLEAN, JAVA_FLOAT, ADDRESS),
                    arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the progress upcall is missing", e);
        }
    }

    /** The upcall: whether to go on. */
    boolean receive(float fraction, MemorySegment userData) {
        try {
            long now = System.nanoTime();
            if (!cancelled && (!told || fraction >= 1 || now - lastNanos >= PAUSE_NANOS)) {
                told = true;
                lastNanos = now;
                cancelled = !listener.onProgress(Math.clamp(fraction, 0f, 1f));
            }
        } catch (RuntimeException e) {
            thrown = e;
            cancelled = true;
        } catch (Throwable t) {
            thrown = new IllegalStateException("the progress listener failed", t);
            cancelled = true;
        }
        return !cancelled;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** What the listener threw. */
    Optional<RuntimeException> thrown() {
        return Optional.ofNullable(thrown);
    }
}
