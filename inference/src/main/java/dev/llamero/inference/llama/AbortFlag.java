package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The flag that ggml asks after every operation of a step whether to stop.
 *
 * <p>ggml wants a function {@code bool (void *)}. An upcall into Java would cost a few percent of a small model's step,
 * at about a thousand operations, so the function is C's {@code strlen} and its argument a string of one character or
 * none: 1 is true, 0 is false, and Java only writes the character (as the low byte of an int, which has an atomic
 * exchange).
 */
final class AbortFlag {
    private static final VarHandle WORD = JAVA_INT.varHandle();

    /** Lives as long as this object, which the decoder keeps while its context reads the flag. */
    private final MemorySegment text = Arena.ofAuto().allocate(JAVA_INT, 2);

    /** The function that reads the flag. */
    static MemorySegment function() {
        return Native.libraryAddress("strlen");
    }

    /** The function's argument. */
    MemorySegment argument() {
        return text;
    }

    /** Asks to stop; from any thread. */
    void set() {
        WORD.setVolatile(text, 0L, 1);
    }

    /** Whether a stop is asked for. */
    boolean isSet() {
        return (int) WORD.getVolatile(text, 0L) != 0;
    }

    /** Whether a stop is asked for; takes the request back. */
    boolean take() {
        return (int) WORD.getAndSet(text, 0L, 0) != 0;
    }
}
