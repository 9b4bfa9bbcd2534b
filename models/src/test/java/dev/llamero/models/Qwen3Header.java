package dev.llamero.models;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the header of Qwen3-32B as llama.cpp quantises it to Q4_K_M: matrices Q4_K, the output Q6_K, and Q6_K too for
 * the values and the down projection of the first eighth, the last eighth, and every third layer between ({@code
 * src/llama-quant.cpp}).
 */
final class Qwen3Header {
    private static final int LAYERS = 64;
    private static final long WIDTH = 5120;
    private static final long INNER = 25_600;
    private static final long VOCABULARY = 151_936;
    private static final long QUERY = 64 * 128;
    private static final long KEY_VALUE = 8 * 128;

    private Qwen3Header() {}

    static void write(Path path) throws IOException {
        var writer = new GgufWriter()
                .put("general.architecture", GgufValue.of("qwen3"))
                .put("general.name", GgufValue.of("Qwen3 32B"))
                .put("general.file_type", GgufValue.ofUnsigned(15))
                .put("qwen3.block_count", GgufValue.ofUnsigned(LAYERS))
                .put("qwen3.context_length", GgufValue.ofUnsigned(40_960))
                .put("qwen3.embedding_length", GgufValue.ofUnsigned(WIDTH))
                .put("qwen3.feed_forward_length", GgufValue.ofUnsigned(INNER))
                .put("qwen3.attention.head_count", GgufValue.ofUnsigned(64))
                .put("qwen3.attention.head_count_kv", GgufValue.ofUnsigned(8))
                .put("qwen3.attention.key_length", GgufValue.ofUnsigned(128))
                .put("qwen3.attention.value_length", GgufValue.ofUnsigned(128))
                .put("qwen3.vocab_size", GgufValue.ofUnsigned(VOCABULARY));
        writer.tensorWithoutData("token_embd.weight", GgmlType.Q4_K, List.of(WIDTH, VOCABULARY));
        writer.tensorWithoutData("output.weight", GgmlType.Q6_K, List.of(WIDTH, VOCABULARY));
        writer.tensorWithoutData("output_norm.weight", GgmlType.F32, List.of(WIDTH));
        for (int layer = 0; layer < LAYERS; layer++) {
            addLayer(writer, layer);
        }
        writer.writeHeader(path);
    }

    private static void addLayer(GgufWriter writer, int layer) {
        boolean moreBits = layer < LAYERS / 8 || layer >= 7 * LAYERS / 8 || (layer - LAYERS / 8) % 3 == 2;
        GgmlType wide = moreBits ? GgmlType.Q6_K : GgmlType.Q4_K;
        String block = "blk." + layer + ".";
        writer.tensorWithoutData(block + "attn_norm.weight", GgmlType.F32, List.of(WIDTH));
        writer.tensorWithoutData(block + "attn_q.weight", GgmlType.Q4_K, List.of(WIDTH, QUERY));
        writer.tensorWithoutData(block + "attn_k.weight", GgmlType.Q4_K, List.of(WIDTH, KEY_VALUE));
        writer.tensorWithoutData(block + "attn_v.weight", wide, List.of(WIDTH, KEY_VALUE));
        writer.tensorWithoutData(block + "attn_output.weight", GgmlType.Q4_K, List.of(QUERY, WIDTH));
        writer.tensorWithoutData(block + "attn_q_norm.weight", GgmlType.F32, List.of(128L));
        writer.tensorWithoutData(block + "attn_k_norm.weight", GgmlType.F32, List.of(128L));
        writer.tensorWithoutData(block + "ffn_norm.weight", GgmlType.F32, List.of(WIDTH));
        writer.tensorWithoutData(block + "ffn_gate.weight", GgmlType.Q4_K, List.of(WIDTH, INNER));
        writer.tensorWithoutData(block + "ffn_up.weight", GgmlType.Q4_K, List.of(WIDTH, INNER));
        writer.tensorWithoutData(block + "ffn_down.weight", wide, List.of(INNER, WIDTH));
    }
}
