package dev.llamero.models;

import java.util.Map;

/** Names of {@code general.file_type} as Ollama prints them; ids of llama.cpp's {@code llama_ftype}. */
final class FileType {
    private static final Map<Long, String> NAMES = Map.ofEntries(
            Map.entry(0L, "F32"),
            Map.entry(1L, "F16"),
            Map.entry(2L, "Q4_0"),
            Map.entry(3L, "Q4_1"),
            Map.entry(4L, "MXFP4"),
            Map.entry(7L, "Q8_0"),
            Map.entry(8L, "Q5_0"),
            Map.entry(9L, "Q5_1"),
            Map.entry(10L, "Q2_K"),
            Map.entry(11L, "Q3_K_S"),
            Map.entry(12L, "Q3_K_M"),
            Map.entry(13L, "Q3_K_L"),
            Map.entry(14L, "Q4_K_S"),
            Map.entry(15L, "Q4_K_M"),
            Map.entry(16L, "Q5_K_S"),
            Map.entry(17L, "Q5_K_M"),
            Map.entry(18L, "Q6_K"),
            Map.entry(21L, "Q2_K_S"),
            Map.entry(32L, "BF16"));

    private FileType() {}

    /** The id of a file whose matrices are of this type. */
    static long idOf(GgmlType weights) {
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(weights.name()))
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no file type for " + weights));
    }

    /** The name, or {@code unknown} for the ids that Ollama does not name (the IQ and TQ families among them). */
    static String name(long id) {
        return NAMES.getOrDefault(id, "unknown");
    }
}
