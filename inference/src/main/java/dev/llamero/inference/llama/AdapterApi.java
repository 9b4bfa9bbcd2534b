package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The functions of libllama about LoRA adapters. One method per function; callers check the arguments before. */
final class AdapterApi {
    private static final MethodHandle INIT = Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle SET =
            Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    private final MemorySegment init;
    private final MemorySegment set;

    AdapterApi(SymbolLookup llama) {
        init = Native.address(llama, "llama_adapter_lora_init");
        set = Native.address(llama, "llama_set_adapters_lora");
    }

    /** An adapter, which is freed with its model, or a null pointer if it does not fit. */
    MemorySegment init(MemorySegment model, MemorySegment path) {
        try {
            return (MemorySegment) INIT.invokeExact(init, model, path);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** 0 if the context uses these adapters, each at its scale, from now on. */
    int set(MemorySegment context, MemorySegment adapters, long count, MemorySegment scales) {
        try {
            return (int) SET.invokeExact(set, context, adapters, count, scales);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
