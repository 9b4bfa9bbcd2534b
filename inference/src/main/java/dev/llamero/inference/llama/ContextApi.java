package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libllama about contexts: the forward pass and the KV cache. One method per function.
 *
 * <p>Callers check every argument before; these methods pass on what they get.
 */
final class ContextApi {
    private static final Linker.Option TRIVIAL = Linker.Option.critical(false);

    private static final MethodHandle CONTEXT_PARAMS =
            Native.handle(FunctionDescriptor.of(LayoutCheck.ROOMY, new MemoryLayout[0]));
    private static final MethodHandle INIT =
            Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, Layouts.CONTEXT_PARAMS));
    private static final MethodHandle VOID_OF_POINTER = Native.handle(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle VOID_OF_3_POINTERS =
            Native.handle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle INT_OF_POINTER = Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle POINTER_OF_POINTER = Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle DECODE = Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, Layouts.BATCH));
    /** The pointer as a number: a segment would be an object per row. */
    private static final MethodHandle LOGITS = Native.handle(FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));

    private static final MethodHandle REMOVE =
            Native.handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle FOUR_INTS =
            Native.handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle POSITION =
            Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), TRIVIAL);
    private static final MethodHandle CAN_SHIFT = Native.handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));

    private static final MethodHandle STATE_SIZE =
            Native.handle(FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle STATE_COPY =
            Native.handle(FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT));

    /** The whole state in the caller's memory. */
    static final int IN_HOST = 0;

    /** {@code LLAMA_STATE_SEQ_FLAGS_ON_DEVICE}: the cells stay in a buffer of the device, one per sequence id. */
    static final int ON_DEVICE = 2;

    private final MemorySegment contextDefaultParams;
    private final MemorySegment init;
    private final MemorySegment free;
    private final MemorySegment attachThreadpool;
    private final MemorySegment contextTokens;
    private final MemorySegment batchTokens;
    private final MemorySegment ubatchTokens;
    private final MemorySegment sequencesMax;
    private final MemorySegment memory;
    private final MemorySegment decode;
    private final MemorySegment logits;
    private final MemorySegment remove;
    private final MemorySegment copy;
    private final MemorySegment add;
    private final MemorySegment firstPosition;
    private final MemorySegment lastPosition;
    private final MemorySegment canShift;
    private final MemorySegment stateSize;
    private final MemorySegment stateGet;
    private final MemorySegment stateSet;

    ContextApi(SymbolLookup llama) {
        contextDefaultParams = Native.address(llama, "llama_context_default_params");
        init = Native.address(llama, "llama_init_from_model");
        free = Native.address(llama, "llama_free");
        attachThreadpool = Native.address(llama, "llama_attach_threadpool");
        contextTokens = Native.address(llama, "llama_n_ctx");
        batchTokens = Native.address(llama, "llama_n_batch");
        ubatchTokens = Native.address(llama, "llama_n_ubatch");
        sequencesMax = Native.address(llama, "llama_n_seq_max");
        memory = Native.address(llama, "llama_get_memory");
        decode = Native.address(llama, "llama_decode");
        logits = Native.address(llama, "llama_get_logits_ith");
        remove = Native.address(llama, "llama_memory_seq_rm");
        copy = Native.address(llama, "llama_memory_seq_cp");
        add = Native.address(llama, "llama_memory_seq_add");
        firstPosition = Native.address(llama, "llama_memory_seq_pos_min");
        lastPosition = Native.address(llama, "llama_memory_seq_pos_max");
        canShift = Native.address(llama, "llama_memory_can_shift");
        stateSize = Native.address(llama, "llama_state_seq_get_size_ext");
        stateGet = Native.address(llama, "llama_state_seq_get_data_ext");
        stateSet = Native.address(llama, "llama_state_seq_set_data_ext");
    }

    /** The defaults, in a struct with room to spare; see {@link LayoutCheck}. */
    MemorySegment contextDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) CONTEXT_PARAMS.invokeExact(contextDefaultParams, allocator);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** A context, or a null pointer. */
    MemorySegment init(MemorySegment model, MemorySegment params) {
        try {
            return (MemorySegment) INIT.invokeExact(init, model, params);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void free(MemorySegment context) {
        try {
            VOID_OF_POINTER.invokeExact(free, context);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Uses one pool for both single tokens and batches. */
    void attachThreadpool(MemorySegment context, MemorySegment pool) {
        try {
            VOID_OF_3_POINTERS.invokeExact(attachThreadpool, context, pool, pool);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    int contextTokens(MemorySegment context) {
        return intOf(contextTokens, context);
    }

    int batchTokens(MemorySegment context) {
        return intOf(batchTokens, context);
    }

    int ubatchTokens(MemorySegment context) {
        return intOf(ubatchTokens, context);
    }

    int sequencesMax(MemorySegment context) {
        return intOf(sequencesMax, context);
    }

    /** The KV cache, or a null pointer for a model without one. */
    MemorySegment memory(MemorySegment context) {
        try {
            return (MemorySegment) POINTER_OF_POINTER.invokeExact(memory, context);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    int decode(MemorySegment context, MemorySegment batch) {
        try {
            return (int) DECODE.invokeExact(decode, context, batch);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The address of a row's logits after waiting for the computation, or 0. */
    long logits(MemorySegment context, int row) {
        try {
            return (long) LOGITS.invokeExact(logits, context, row);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    boolean remove(MemorySegment memory, int sequence, int from, int to) {
        try {
            return (boolean) REMOVE.invokeExact(remove, memory, sequence, from, to);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void copy(MemorySegment memory, int source, int target, int from, int to) {
        try {
            FOUR_INTS.invokeExact(copy, memory, source, target, from, to);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void add(MemorySegment memory, int sequence, int from, int to, int delta) {
        try {
            FOUR_INTS.invokeExact(add, memory, sequence, from, to, delta);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The first position of a sequence, -1 if it is empty. */
    int firstPosition(MemorySegment memory, int sequence) {
        try {
            return (int) POSITION.invokeExact(firstPosition, memory, sequence);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The last position of a sequence, -1 if it is empty. */
    int lastPosition(MemorySegment memory, int sequence) {
        try {
            return (int) POSITION.invokeExact(lastPosition, memory, sequence);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    boolean canShift(MemorySegment memory) {
        try {
            return (boolean) CAN_SHIFT.invokeExact(canShift, memory);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Bytes of the caller's memory that a sequence's state takes now; 0 after an error. */
    long stateSize(MemorySegment context, int sequence, int place) {
        try {
            return (long) STATE_SIZE.invokeExact(stateSize, context, sequence, place);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Copies a sequence's state out. Gives the bytes written to the caller's memory, 0 after an error. */
    long stateGet(MemorySegment context, MemorySegment into, int sequence, int place) {
        try {
            return (long) STATE_COPY.invokeExact(stateGet, context, into, into.byteSize(), sequence, place);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /**
     * Replaces a sequence by a saved state. Gives the bytes read of the caller's memory, 0 after an error; an error
     * with a state on the device ends the process.
     */
    long stateSet(MemorySegment context, MemorySegment from, int sequence, int place) {
        try {
            return (long) STATE_COPY.invokeExact(stateSet, context, from, from.byteSize(), sequence, place);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private static int intOf(MemorySegment function, MemorySegment pointer) {
        try {
            return (int) INT_OF_POINTER.invokeExact(function, pointer);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
