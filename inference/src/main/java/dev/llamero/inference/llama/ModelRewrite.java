package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Copies a model file, on request with its weights as another type. For one use by one platform thread. */
final class ModelRewrite implements BiConsumer<Integer, String> {
    /** What the library logs before each tensor: its number and how many there are. */
    private static final Pattern STEP = Pattern.compile("^\\[\\s*(\\d{1,9})/\\s*(\\d{1,9})].*", Pattern.DOTALL);

    /** {@code llama_ftype} of the types that can be written; the library ends the process on unknown ones. */
    private static final List<Integer> FILE_TYPES = List.of(0, 1, 7, 14, 15, 32);

    private static final List<Integer> SMALL_TYPES = List.of(14, 15);

    /** Tensors that stay larger in 4-bit models of some families, as in Ollama; which is what makes them usable. */
    private static final Map<String, Map<String, GgmlType>> KEPT = Map.of(
            "qwen35",
            Map.of("^blk\\.[0-9]+\\.nextn\\.eh_proj\\.weight$", GgmlType.Q8_0),
            "qwen35moe",
            Map.of("^blk\\.[0-9]+\\.nextn\\.eh_proj\\.weight$", GgmlType.Q8_0),
            "gemma3n",
            Map.of("^per_layer_token_embd\\.weight$", GgmlType.F16),
            "glm4",
            Map.of("^token_embd\\.weight$", GgmlType.F16, "^output\\.weight$", GgmlType.F16),
            "deepseek2",
            Map.of("attn_(k_b|q_a|q_b|v_b|kv_a_mqa)\\.weight$", GgmlType.Q8_0));

    private final QuantizeApi api;
    private final DoubleConsumer progress;
    private final FirstError error = new FirstError();

    ModelRewrite(QuantizeApi api, DoubleConsumer progress) {
        this.api = api;
        this.progress = progress;
    }

    @Override
    public void accept(Integer level, String line) {
        error.accept(level, line);
        Matcher step = STEP.matcher(line);
        if (step.matches() && Integer.parseInt(step.group(2)) > 0) {
            progress.accept(Math.min(1, Double.parseDouble(step.group(1)) / Double.parseDouble(step.group(2))));
        }
    }

    /**
     * Writes the copy.
     *
     * @param fileType a {@code llama_ftype}; empty to leave the weights
     * @throws IOException if the library refuses the model, with its reason
     */
    void run(Path source, Path target, OptionalInt fileType) throws IOException {
        if (fileType.isPresent() && !FILE_TYPES.contains(fileType.getAsInt())) {
            throw new IllegalArgumentException("no file type that can be written: " + fileType.getAsInt());
        }
        GgufFile header = GgufFile.read(source, GgufReadOption.OMIT_LARGE_ARRAYS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = LayoutCheck.quantizeDefaults(arena, api::defaultParams);
            if (fileType.isPresent()) {
                params.set(JAVA_INT, offset("ftype"), fileType.getAsInt());
                params.set(JAVA_BOOLEAN, offset("allow_requantize"), true);
                if (SMALL_TYPES.contains(fileType.getAsInt())) {
                    keep(KEPT.getOrDefault(header.architecture(), Map.of()), params, arena);
                }
            } else {
                params.set(JAVA_BOOLEAN, offset("only_copy"), true);
            }
            MemorySegment from = arena.allocateFrom(source.toAbsolutePath().toString());
            MemorySegment to = arena.allocateFrom(target.toAbsolutePath().toString());
            int result = NativeLog.observing(this, () -> api.quantize(from, to, params));
            if (result != 0) {
                throw new IOException("llama.cpp cannot convert the model: " + error.text());
            }
        }
    }

    private static void keep(Map<String, GgmlType> tensors, MemorySegment params, Arena arena) {
        if (tensors.isEmpty()) {
            return;
        }
        long size = Layouts.TENSOR_OVERRIDE.byteSize();
        // A null pattern ends the list; fresh memory is zero.
        MemorySegment list = arena.allocate(size * (tensors.size() + 1), ADDRESS.byteAlignment());
        long at = 0;
        for (var tensor : tensors.entrySet()) {
            list.set(ADDRESS, at, arena.allocateFrom(tensor.getKey()));
            list.set(
                    JAVA_INT,
                    at + Layouts.offset(Layouts.TENSOR_OVERRIDE, "type"),
                    tensor.getValue().id());
            at += size;
        }
        params.set(ADDRESS, offset("tt_overrides"), list);
    }

    private static long offset(String field) {
        return Layouts.offset(Layouts.QUANTIZE_PARAMS, field);
    }
}
