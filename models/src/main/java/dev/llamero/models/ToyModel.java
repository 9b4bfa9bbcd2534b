package dev.llamero.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes a Qwen3 model with random weights: real for everything but the sense of its answers. The same shape and seed
 * give the same bytes everywhere. llama.cpp v0.5.0 loads it; tokenizer, special tokens and chat template work as
 * Qwen3's do, with thinking and tools.
 *
 * <p>Weights are scaled so that a greedy answer varies with the prompt and is mostly readable ASCII. Control characters
 * and lone bytes of longer characters are rare; special tokens other than {@code <|im_end|>} do not come up by
 * themselves.
 */
public final class ToyModel {
    private static final int QUANTIZATION_VERSION = 2;
    private static final float ROPE_BASE = 1_000_000f;
    private static final float NORM_EPSILON = 1e-6f;
    /** Sharpens attention, so that an answer depends on more than its last token. */
    private static final float QUERY_GAIN = 2f;

    private static final float LOGIT_DEVIATION = 4f;
    private static final float NO_TEXT_GAIN = 0.5f;
    private static final float SPECIAL_GAIN = 0.1f;

    private final ToyShape shape;
    private final long seed;
    private final ToyVocabulary vocabulary;
    private final GgufWriter writer = new GgufWriter();

    private ToyModel(ToyShape shape, long seed) {
        this.shape = shape;
        this.seed = seed;
        this.vocabulary = new ToyVocabulary(shape.vocabulary());
    }

    /** Writes the default toy of one megabyte, see {@link ToyShape#small()}. */
    public static void write(Path path, long seed) throws IOException {
        write(path, ToyShape.small(), seed);
    }

    /** Writes a toy of any shape. */
    public static void write(Path path, ToyShape shape, long seed) throws IOException {
        var model = new ToyModel(shape, seed);
        model.putShape();
        model.putTokenizer();
        model.addTensors();
        model.writer.write(path);
    }

    /** The chat template of toy models, in Jinja. */
    public static String chatTemplate() {
        try (InputStream in = ToyModel.class.getResourceAsStream("toy-chat-template.jinja")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the toy model's chat template is missing in the program", e);
        }
    }

    private void putShape() {
        writer.put("general.architecture", GgufValue.of("qwen3"))
                .put("general.type", GgufValue.of("model"))
                .put("general.name", GgufValue.of("Llamero toy"))
                .put("general.description", GgufValue.of("Random weights from seed " + seed + ", for tests"))
                .put("general.license", GgufValue.of("apache-2.0"))
                .put("general.file_type", GgufValue.ofUnsigned(FileType.idOf(shape.weights())))
                .put("general.quantization_version", GgufValue.ofUnsigned(QUANTIZATION_VERSION))
                .put("qwen3.context_length", GgufValue.ofUnsigned(shape.context()))
                .put("qwen3.embedding_length", GgufValue.ofUnsigned(shape.embedding()))
                .put("qwen3.block_count", GgufValue.ofUnsigned(shape.layers()))
                .put("qwen3.feed_forward_length", GgufValue.ofUnsigned(shape.feedForward()))
                .put("qwen3.attention.head_count", GgufValue.ofUnsigned(shape.heads()))
                .put("qwen3.attention.head_count_kv", GgufValue.ofUnsigned(shape.keyValueHeads()))
                .put("qwen3.attention.key_length", GgufValue.ofUnsigned(shape.headLength()))
                .put("qwen3.attention.value_length", GgufValue.ofUnsigned(shape.headLength()))
                .put("qwen3.attention.layer_norm_rms_epsilon", GgufValue.of(NORM_EPSILON))
                .put("qwen3.rope.freq_base", GgufValue.of(ROPE_BASE))
                .put("qwen3.vocab_size", GgufValue.ofUnsigned(shape.vocabulary()));
    }

    private void putTokenizer() {
        int end = vocabulary.id("<|endoftext|>");
        writer.put("tokenizer.ggml.model", GgufValue.of("gpt2"))
                .put("tokenizer.ggml.pre", GgufValue.of("qwen2"))
                .put("tokenizer.ggml.tokens", GgufValue.ofStrings(vocabulary.tokens()))
                .put("tokenizer.ggml.token_type", GgufValue.ofInts(vocabulary.types()))
                .put("tokenizer.ggml.merges", GgufValue.ofStrings(vocabulary.merges()))
                .put("tokenizer.ggml.eos_token_id", GgufValue.ofUnsigned(vocabulary.id("<|im_end|>")))
                .put("tokenizer.ggml.bos_token_id", GgufValue.ofUnsigned(end))
                .put("tokenizer.ggml.padding_token_id", GgufValue.ofUnsigned(end))
                .put("tokenizer.ggml.add_bos_token", GgufValue.of(false))
                .put("tokenizer.chat_template", GgufValue.of(chatTemplate()));
    }

    private void addTensors() {
        int width = shape.embedding();
        int query = shape.heads() * shape.headLength();
        int keyValue = shape.keyValueHeads() * shape.headLength();
        if (shape.tiedOutput()) {
            vocabularyMatrix("token_embd.weight");
        } else {
            matrix("token_embd.weight", width, shape.vocabulary(), 1);
            vocabularyMatrix("output.weight");
        }
        norm("output_norm.weight", width, 1);
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            norm(block + "attn_norm.weight", width, 1);
            matrix(block + "attn_q.weight", width, query, unit(width));
            matrix(block + "attn_k.weight", width, keyValue, unit(width));
            matrix(block + "attn_v.weight", width, keyValue, unit(width));
            matrix(block + "attn_output.weight", query, width, 2 * unit(query));
            norm(block + "attn_q_norm.weight", shape.headLength(), QUERY_GAIN);
            norm(block + "attn_k_norm.weight", shape.headLength(), 1);
            norm(block + "ffn_norm.weight", width, 1);
            matrix(block + "ffn_gate.weight", width, shape.feedForward(), unit(width));
            matrix(block + "ffn_up.weight", width, shape.feedForward(), unit(width));
            matrix(block + "ffn_down.weight", shape.feedForward(), width, 2 * unit(shape.feedForward()));
        }
    }

    /** The deviation that keeps the size of a vector of this length through a matrix. */
    private static float unit(int inputs) {
        return (float) (1 / Math.sqrt(inputs));
    }

    private void norm(String name, int length, float gain) {
        writer.tensor(name, GgmlType.F32, List.of((long) length), TensorRows.filled(gain));
    }

    private void matrix(String name, int inputs, int outputs, float deviation) {
        long own = seed * 31 + name.hashCode();
        writer.tensor(
                name,
                shape.weights(),
                List.of((long) inputs, (long) outputs),
                (row, values) -> fillUniform(own, row, values, deviation));
    }

    /** The matrix that gives the logits: a row per token, small for tokens that shall rarely come up. */
    private void vocabularyMatrix(String name) {
        long own = seed * 31 + name.hashCode();
        int end = vocabulary.id("<|im_end|>");
        int firstSpecial = vocabulary.id("<|endoftext|>");
        float deviation = LOGIT_DEVIATION * unit(shape.embedding());
        writer.tensor(
                name, shape.weights(), List.of((long) shape.embedding(), (long) shape.vocabulary()), (row, values) -> {
                    float gain = row >= firstSpecial && row != end ? SPECIAL_GAIN : 1;
                    if (ToyVocabulary.isNoText((int) row)) {
                        gain = NO_TEXT_GAIN;
                    }
                    fillUniform(own, row, values, gain * deviation);
                });
    }

    private static void fillUniform(long seed, long row, float[] values, float deviation) {
        var random = new SplittableRandom(seed + row * 0x9E37_79B9_7F4A_7C15L);
        // A uniform distribution over [-1, 1) has deviation 1 / sqrt(3); 31 bits are scaled to it.
        float scale = (float) (deviation * Math.sqrt(3) / (1L << 31));
        for (int i = 0; i + 1 < values.length; i += 2) {
            long bits = random.nextLong();
            values[i] = scale * (int) bits;
            values[i + 1] = scale * (int) (bits >> 32);
        }
        if (values.length % 2 != 0) {
            values[values.length - 1] = scale * random.nextInt();
        }
    }
}
