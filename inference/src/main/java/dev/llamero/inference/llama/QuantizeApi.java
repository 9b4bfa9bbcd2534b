package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The functions of libllama that rewrite model files. One method per function; callers check the arguments before. */
final class QuantizeApi {
    private static final MethodHandle DEFAULTS =
            Native.handle(FunctionDescriptor.of(LayoutCheck.ROOMY, new MemoryLayout[0]));
    private static final MethodHandle QUANTIZE =
            Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));

    private final MemorySegment defaultParams;
    private final MemorySegment quantize;

    QuantizeApi(SymbolLookup llama) {
        defaultParams = Native.address(llama, "llama_model_quantize_default_params");
        quantize = Native.address(llama, "llama_model_quantize");
    }

    /** The defaults, in a struct with room to spare; see {@link LayoutCheck}. */
    MemorySegment defaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) DEFAULTS.invokeExact(defaultParams, allocator);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** 0 if the copy was written. */
    int quantize(MemorySegment source, MemorySegment target, MemorySegment params) {
        try {
            return (int) QUANTIZE.invokeExact(quantize, source, target, params);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
