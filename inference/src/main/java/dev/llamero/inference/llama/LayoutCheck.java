package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.llamero.inference.engine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Compares the parameter structs of the loaded library with {@link Layouts}, so that a shifted layout is an error
 * message at start instead of a crash later.
 *
 * <p>The defaults are asked for into a struct that is larger than needed and filled with a marker: what the library
 * leaves untouched shows its struct's size, and each field's value is compared with the default of this version.
 */
final class LayoutCheck {
    /** A return type with room for any growth of the real structs; like them it is returned in memory. */
    static final StructLayout ROOMY = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(128, JAVA_LONG).withName("words"));

    private static final byte MARKER = (byte) 0xA5;

    /** Defaults that are not zero, false or null. */
    private static final Map<String, Object> MODEL_DEFAULTS =
            Map.of("n_gpu_layers", -1, "split_mode", 1, "load_mode", -1, "lazy_mode", 1, "use_extra_bufts", true);

    private static final Map<String, Object> CONTEXT_DEFAULTS = Map.ofEntries(
            Map.entry("n_ctx", 512),
            Map.entry("n_batch", 2048),
            Map.entry("n_ubatch", 512),
            Map.entry("n_seq_max", 1),
            Map.entry("n_outputs_max_per_seq", 1),
            Map.entry("n_threads", 4),
            Map.entry("n_threads_batch", 4),
            Map.entry("rope_scaling_type", -1),
            Map.entry("pooling_type", -1),
            Map.entry("attention_type", -1),
            Map.entry("flash_attn_type", -1),
            Map.entry("yarn_ext_factor", -1f),
            Map.entry("yarn_attn_factor", -1f),
            Map.entry("yarn_beta_fast", -1f),
            Map.entry("yarn_beta_slow", -1f),
            Map.entry("defrag_thold", -1f),
            Map.entry("type_k", 1),
            Map.entry("type_v", 1),
            Map.entry("offload_kqv", true),
            Map.entry("no_perf", true),
            Map.entry("op_offload", true),
            Map.entry("swa_full", true));

    private static final Map<String, Object> QUANTIZE_DEFAULTS = Map.of(
            "ftype", 7,
            "output_tensor_type", 43,
            "token_embedding_type", 43,
            "quantize_output_tensor", true,
            "max_buf_size", 8L << 30);

    private LayoutCheck() {}

    /** The library's defaults for a model, checked. */
    static MemorySegment modelDefaults(Arena arena, Function<SegmentAllocator, MemorySegment> defaults) {
        return checked("llama_model_params", arena, defaults, Layouts.MODEL_PARAMS, MODEL_DEFAULTS);
    }

    /** The library's defaults for a context, checked. */
    static MemorySegment contextDefaults(Arena arena, Function<SegmentAllocator, MemorySegment> defaults) {
        return checked("llama_context_params", arena, defaults, Layouts.CONTEXT_PARAMS, CONTEXT_DEFAULTS);
    }

    /** The library's defaults for rewriting a model, checked. */
    static MemorySegment quantizeDefaults(Arena arena, Function<SegmentAllocator, MemorySegment> defaults) {
        return checked("llama_model_quantize_params", arena, defaults, Layouts.QUANTIZE_PARAMS, QUANTIZE_DEFAULTS);
    }

    private static MemorySegment checked(
            String struct,
            Arena arena,
            Function<SegmentAllocator, MemorySegment> defaults,
            StructLayout layout,
            Map<String, Object> expected) {
        MemorySegment written = defaults.apply(
                (size, alignment) -> arena.allocate(size, alignment).fill(MARKER));
        verify(struct, written, layout, expected);
        return written.asSlice(0, layout.byteSize());
    }

    /** Throws if the bytes cannot be this struct with these defaults. */
    static void verify(String struct, MemorySegment written, StructLayout layout, Map<String, Object> expected) {
        for (long at = layout.byteSize(); at < written.byteSize(); at++) {
            if (written.get(JAVA_BYTE, at) != MARKER) {
                throw mismatch(struct + " is larger than " + layout.byteSize() + " bytes");
            }
        }
        for (String field : fields(layout)) {
            ValueLayout type = (ValueLayout) layout.select(PathElement.groupElement(field));
            Object value = value(written, type, Layouts.offset(layout, field));
            Object wanted = expected.getOrDefault(field, zero(type));
            if (!value.equals(wanted)) {
                throw mismatch(struct + "." + field + " is " + value + " by default, not " + wanted);
            }
        }
    }

    private static List<String> fields(StructLayout layout) {
        return layout.memberLayouts().stream()
                .flatMap(member -> member.name().stream())
                .toList();
    }

    private static Object value(MemorySegment struct, ValueLayout type, long offset) {
        return switch (type) {
            case ValueLayout.OfInt layout -> struct.get(layout, offset);
            case ValueLayout.OfFloat layout -> struct.get(layout, offset);
            case ValueLayout.OfLong layout -> struct.get(layout, offset);
            // A byte, since a shifted struct may hold something that is no boolean.
            case ValueLayout.OfBoolean layout -> struct.get(JAVA_BYTE, offset) == 1 ? true : number(struct, offset);
            case ValueLayout.OfByte layout -> struct.get(layout, offset);
            case ValueLayout.OfChar layout -> struct.get(layout, offset);
            case ValueLayout.OfShort layout -> struct.get(layout, offset);
            case ValueLayout.OfDouble layout -> struct.get(layout, offset);
            case java.lang.foreign.AddressLayout layout -> struct.get(JAVA_LONG, offset);
        };
    }

    private static Object number(MemorySegment struct, long offset) {
        byte value = struct.get(JAVA_BYTE, offset);
        return value == 0 ? (Object) false : (Object) value;
    }

    private static Object zero(ValueLayout type) {
        return switch (type) {
            case ValueLayout.OfInt layout -> 0;
            case ValueLayout.OfFloat layout -> 0f;
            case ValueLayout.OfBoolean layout -> false;
            default -> 0L;
        };
    }

    private static EngineException.Unloadable mismatch(String what) {
        return new EngineException.Unloadable(
                "the native library does not fit llama.cpp v" + NativeLibraries.VERSION + ": " + what
                        + "; correct or unset " + NativeSettings.DIRECTORY_VARIABLE
                        + ", or delete the node_modules folders "
                        + "under inference/natives and build again",
                null);
    }
}
