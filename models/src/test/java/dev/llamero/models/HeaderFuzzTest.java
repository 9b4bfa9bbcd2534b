package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channels;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Reads damaged files by the thousand: each is either read or refused with a {@link GgufException}, at a cost in
 * proportion to its size, and what is read holds together. A failure prints seed and number of the input; run that one
 * again with {@code -Dfuzz.seed=S -Dfuzz.first=N -Dfuzz.inputs=1}. A long run: {@code -Dfuzz.inputs=1000000}.
 */
class HeaderFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20_261_125);
    private static final long FIRST = Long.getLong("fuzz.first", 0);
    private static final long INPUTS = Long.getLong("fuzz.inputs", 5_000);
    /** An empty nested array is the dearest: some hundred bytes of objects for twelve in the file. */
    private static final long COST_PER_BYTE_MAX = 64;

    private static final long COST_MAX = 128 << 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long accepted;
    private long dearestBytes;
    private long slowestNanos;
    private long slowestInput;

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        List<byte[]> originals = List.of(toy(), everyType(), splitPart(), mixedAlignment());
        for (byte[] original : originals) {
            check(original, EnumSet.noneOf(GgufReadOption.class));
        }
        assertThat(accepted).describedAs("undamaged files that were read").isEqualTo(originals.size());
        accepted = 0;
        for (long input = FIRST; input < FIRST + INPUTS; input++) {
            var random = new SplittableRandom(SEED + input * 0x9E37_79B9_7F4A_7C15L);
            byte[] bytes = new HeaderMutator(random, originals).next();
            long start = threads.getCurrentThreadCpuTime();
            try {
                check(bytes, options(random));
            } catch (Throwable fault) {
                throw new AssertionError("seed " + SEED + ", input " + input + ": " + fault, fault);
            }
            long nanos = threads.getCurrentThreadCpuTime() - start;
            if (nanos > slowestNanos) {
                slowestNanos = nanos;
                slowestInput = input;
            }
        }
        System.out.printf(
                "fuzz: seed %d, %d inputs from %d, %d read, %d refused; dearest %d KiB, slowest %d us of processor"
                        + " (input %d)%n",
                SEED,
                INPUTS,
                FIRST,
                accepted,
                INPUTS - accepted,
                dearestBytes >> 10,
                slowestNanos / 1000,
                slowestInput);
    }

    private static Set<GgufReadOption> options(SplittableRandom random) {
        var options = EnumSet.noneOf(GgufReadOption.class);
        for (GgufReadOption option : GgufReadOption.values()) {
            if (random.nextInt(4) == 0) {
                options.add(option);
            }
        }
        return options;
    }

    private void check(byte[] bytes, Set<GgufReadOption> options) throws IOException {
        Optional<GgufFile> read = readWithinBounds(bytes, options);
        if (read.isEmpty()) {
            return;
        }
        GgufFile file = read.get();
        accepted++;
        checkTensors(file, bytes.length, options);
        checkFit(file);
        if (!options.contains(GgufReadOption.OMIT_LARGE_ARRAYS)) {
            checkRoundTrip(file);
        }
    }

    /** Reads once more where the first time was dear: the first use of a line of code loads classes. */
    private Optional<GgufFile> readWithinBounds(byte[] bytes, Set<GgufReadOption> options) throws IOException {
        long costMax = COST_MAX + COST_PER_BYTE_MAX * bytes.length;
        Optional<GgufFile> file = Optional.empty();
        long cost = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 2 && cost > costMax; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            file = read(bytes, options);
            cost = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(cost).describedAs("bytes allocated").isLessThanOrEqualTo(costMax);
        dearestBytes = Math.max(dearestBytes, cost);
        return file;
    }

    private static Optional<GgufFile> read(byte[] bytes, Set<GgufReadOption> options) throws IOException {
        try {
            return Optional.of(GgufFile.read("fuzz.gguf", new InMemoryChannel(bytes), options));
        } catch (GgufException refused) {
            assertThat(refused.problem()).isNotBlank();
            return Optional.empty();
        }
    }

    private static void checkTensors(GgufFile file, long size, Set<GgufReadOption> options) {
        assertThat(file.parameterCount()).isNotNegative();
        assertThat(file.tensorBytes()).isNotNegative();
        long dataOffset = file.parts().getFirst().dataOffset();
        assertThat(dataOffset % file.alignment()).isZero();
        if (!options.contains(GgufReadOption.ALLOW_MISSING_DATA)) {
            for (GgufTensor tensor : file.tensors()) {
                assertThat(tensor.bytes() == 0 || dataOffset + tensor.offset() + tensor.bytes() <= size)
                        .isTrue();
            }
        }
    }

    private static void checkFit(GgufFile file) {
        for (KvType type : List.of(KvType.F16, KvType.Q8_0)) {
            MemoryFit fit;
            try {
                fit = MemoryFit.of(file, 32_768, type);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
                continue;
            }
            assertThat(fit.totalBytes()).isPositive();
            assertThat(fit.conversationsIn(80L << 30)).isBetween(0L, MemoryFit.CONTEXT_TOKENS_MAX);
            assertThat(new FitReport(file, fit).lines(OptionalLong.of(80L << 30)))
                    .hasSizeGreaterThan(8)
                    .allMatch(line -> line.length() < 400 && line.chars().allMatch(c -> c >= ' '));
        }
    }

    private static void checkRoundTrip(GgufFile file) throws IOException {
        var writer = new GgufWriter();
        file.metadata().forEach(writer::put);
        byte[] bytes = written(writer, false);
        var again = GgufFile.read("again.gguf", new InMemoryChannel(bytes), Set.of());
        assertThat(again.metadata()).isEqualTo(file.metadata());
    }

    private static byte[] written(GgufWriter writer, boolean withData) throws IOException {
        var bytes = new ByteArrayOutputStream();
        writer.writeTo(Channels.newChannel(bytes), withData);
        return bytes.toByteArray();
    }

    /** A model as small as the toy gets, with tokenizer and template. */
    private static byte[] toy() throws IOException {
        var writer = new GgufWriter()
                .put("general.architecture", GgufValue.of("qwen3"))
                .put("general.file_type", GgufValue.ofUnsigned(7))
                .put("qwen3.block_count", GgufValue.ofUnsigned(1))
                .put("qwen3.context_length", GgufValue.ofUnsigned(64))
                .put("qwen3.embedding_length", GgufValue.ofUnsigned(32))
                .put("qwen3.feed_forward_length", GgufValue.ofUnsigned(32))
                .put("qwen3.attention.head_count", GgufValue.ofUnsigned(1))
                .put("qwen3.attention.head_count_kv", GgufValue.ofInts(1))
                .put("tokenizer.ggml.tokens", GgufValue.ofStrings(List.of("a", "b", "ab", "<|im_end|>")))
                .put("tokenizer.ggml.token_type", GgufValue.ofInts(1, 1, 1, 3))
                .put("tokenizer.ggml.merges", GgufValue.ofStrings(List.of("a b")))
                .put("tokenizer.chat_template", GgufValue.of("{{ messages[0].content }}"));
        writer.tensor("token_embd.weight", GgmlType.Q8_0, List.of(32L, 4L), TensorRows.filled(1));
        writer.tensor("output_norm.weight", GgmlType.F32, List.of(32L), TensorRows.filled(1));
        writer.tensor("blk.0.attn_k.weight", GgmlType.Q4_0, List.of(32L, 2L), TensorRows.filled(1));
        return written(writer, true);
    }

    private static byte[] everyType() throws IOException {
        var writer = new GgufWriter();
        for (GgufType type : GgufType.values()) {
            if (type.isWhole()) {
                writer.put("w." + type, new GgufValue.Whole(type, 7));
            } else if (type.isReal()) {
                writer.put("r." + type, new GgufValue.Real(type, 0.5));
            }
        }
        var inner = new GgufValue.Nested(List.of(GgufValue.ofInts(), GgufValue.ofStrings(List.of("", "ü"))));
        writer.put("flag", GgufValue.of(true))
                .put("floats", GgufValue.ofFloats(1, 2, 3))
                .put("many", GgufValue.ofInts(new int[1100]))
                .put("nested", new GgufValue.Nested(List.of(inner, inner, GgufValue.ofFloats(9))));
        return written(writer, true);
    }

    private static byte[] splitPart() throws IOException {
        var writer = new GgufWriter()
                .put("split.no", new GgufValue.Whole(GgufType.UINT16, 1))
                .put("split.count", new GgufValue.Whole(GgufType.UINT16, 3))
                .put("split.tensors.count", new GgufValue.Whole(GgufType.INT32, 9));
        for (String name : List.of("x", "y", "z")) {
            writer.tensor(name, GgmlType.F16, List.of(8L, 2L, 1L, 3L), TensorRows.filled(2));
        }
        return written(writer, true);
    }

    private static byte[] mixedAlignment() throws IOException {
        var writer = new GgufWriter()
                .put("general.alignment", GgufValue.ofUnsigned(8))
                .put("general.architecture", GgufValue.of("llama"))
                .put("llama.block_count", GgufValue.ofUnsigned(2))
                .put("llama.embedding_length", GgufValue.ofUnsigned(64))
                .put("llama.attention.head_count", GgufValue.ofUnsigned(2))
                .put("llama.attention.sliding_window", GgufValue.ofUnsigned(16));
        writer.tensor("one", GgmlType.I8, List.of(3L), new byte[3]);
        writer.tensor("two", GgmlType.Q6_K, List.of(256L), new byte[210]);
        return written(writer, true);
    }
}
