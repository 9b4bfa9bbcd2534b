package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The functions of libllama that only embedding models need. One method per function. */
final class EmbeddingApi {
    private static final MethodHandle INT_OF_POINTER = Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle VECTOR = Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle CLEAR = Native.handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN));

    private final MemorySegment dimensions;
    private final MemorySegment pooling;
    private final MemorySegment vector;
    private final MemorySegment clear;

    EmbeddingApi(SymbolLookup llama) {
        dimensions = Native.address(llama, "llama_model_n_embd_out");
        pooling = Native.address(llama, "llama_pooling_type");
        vector = Native.address(llama, "llama_get_embeddings_seq");
        clear = Native.address(llama, "llama_memory_clear");
    }

    /** How many floats a vector of this model has. */
    int dimensions(MemorySegment model) {
        return intOf(dimensions, model);
    }

    /** How a context makes one vector of many: 0 not at all, 1 mean, 2 first token, 3 last token, 4 rank. */
    int pooling(MemorySegment context) {
        return intOf(pooling, context);
    }

    /** The vector of a sequence of the last step, or a null pointer. */
    MemorySegment vector(MemorySegment context, int sequence) {
        try {
            return (MemorySegment) VECTOR.invokeExact(vector, context, sequence);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Empties a KV cache without touching its bytes. */
    void clear(MemorySegment memory) {
        try {
            CLEAR.invokeExact(clear, memory, false);
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
