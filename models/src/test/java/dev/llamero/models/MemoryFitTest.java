package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFitTest {
    private static final long GIB = 1L << 30;
    private static final int CONTEXT = 32_768;

    @TempDir
    Path folder;

    private GgufFile qwen3() throws IOException {
        Path path = folder.resolve("qwen3.gguf");
        Qwen3Header.write(path);
        return GgufFile.read(path, GgufReadOption.ALLOW_MISSING_DATA);
    }

    private GgufFile header(Consumer<GgufWriter> filling) throws IOException {
        Path path = folder.resolve("header.gguf");
        var writer = new GgufWriter();
        filling.accept(writer);
        writer.writeHeader(path);
        return GgufFile.read(path, GgufReadOption.ALLOW_MISSING_DATA);
    }

    private static void attention(GgufWriter writer, String family, long layers, long width, long heads) {
        writer.put("general.architecture", GgufValue.of(family))
                .put(family + ".block_count", GgufValue.ofUnsigned(layers))
                .put(family + ".embedding_length", GgufValue.ofUnsigned(width))
                .put(family + ".attention.head_count", GgufValue.ofUnsigned(heads));
    }

    @Test
    void qwen3With32BillionParametersHasItsPublishedSize() throws IOException {
        GgufFile file = qwen3();
        assertThat(file.parameterSize()).isEqualTo("32.8B");
        assertThat(file.parameterCount() / 1e9).isCloseTo(32.76, within(0.005));
        assertThat(MemoryFit.of(file, CONTEXT, KvType.F16).weightBytes() / 1e9).isCloseTo(19.756, within(0.0005));
    }

    @Test
    void qwen3KeyValueCacheIsExact() throws IOException {
        GgufFile file = qwen3();
        MemoryFit half = MemoryFit.of(file, CONTEXT, KvType.F16);
        assertThat(half.kvBytesPerToken()).isEqualTo(256 * 1024);
        assertThat(half.kvBytes()).isEqualTo(8 * GIB);
        MemoryFit eight = MemoryFit.of(file, CONTEXT, KvType.Q8_0);
        assertThat(eight.kvBytesPerToken()).isEqualTo(136 * 1024);
        assertThat(eight.kvBytes()).isEqualTo(4 * GIB + GIB / 4);
        assertThat(MemoryFit.of(file, CONTEXT, KvType.Q4_0).kvBytes()).isEqualTo(2 * GIB + GIB / 4);
    }

    @Test
    void conversationsOnAnA100AreSevenOrThirteen() throws IOException {
        GgufFile file = qwen3();
        assertThat(MemoryFit.of(file, CONTEXT, KvType.F16).conversationsIn(80 * GIB))
                .isEqualTo(7);
        assertThat(MemoryFit.of(file, CONTEXT, KvType.Q8_0).conversationsIn(80 * GIB))
                .isEqualTo(13);
        assertThat(MemoryFit.of(file, CONTEXT, KvType.F16).conversationsIn(40 * GIB))
                .isEqualTo(2);
        assertThat(MemoryFit.of(file, CONTEXT, KvType.Q8_0).conversationsIn(40 * GIB))
                .isEqualTo(4);
    }

    @Test
    void oneConversationFitsExactlyFromItsTotalOn() throws IOException {
        MemoryFit fit = MemoryFit.of(qwen3(), CONTEXT, KvType.Q8_0);
        assertThat(fit.totalBytes() / (double) GIB).isBetween(23.0, 26.0);
        assertThat(fit.fits(fit.totalBytes())).isTrue();
        assertThat(fit.fits(fit.totalBytes() - 1)).isFalse();
        assertThat(fit.conversationsIn(fit.totalBytes())).isEqualTo(1);
        assertThat(fit.conversationsIn(fit.totalBytes() - 1)).isZero();
        assertThat(fit.tokensIn(0)).isZero();
    }

    /** Figures that llama.cpp v0.5.0 logged for these shapes as its compute buffer, with one output a batch. */
    @Test
    void buffersAreNotBelowWhatTheLibraryTook() throws IOException {
        GgufFile small = header(writer -> {
            attention(writer, "qwen3", 28, 1024, 16);
            writer.put("qwen3.feed_forward_length", GgufValue.ofUnsigned(3072));
        });
        long mebibyte = 1 << 20;
        assertThat(MemoryFit.of(small, 4096, KvType.F16).computeBytes()).isEqualTo(30 * mebibyte);
        assertThat(MemoryFit.of(small, 32_768, KvType.F16).computeBytes()).isEqualTo(58 * mebibyte);
    }

    @Test
    void headLengthFollowsFromTheWidthAndHeadsAreSharedAsSaid() throws IOException {
        GgufFile file = header(writer -> {
            attention(writer, "llama", 30, 576, 9);
            writer.put("llama.attention.head_count_kv", GgufValue.ofUnsigned(3));
        });
        assertThat(MemoryFit.of(file, 8192, KvType.F16).kvBytes()).isEqualTo(180L << 20);
    }

    @Test
    void headsMayDifferByLayer() throws IOException {
        GgufFile file = header(writer -> {
            attention(writer, "hybrid", 4, 1024, 8);
            writer.put("hybrid.attention.head_count_kv", GgufValue.ofInts(0, 2, 0, 4));
        });
        assertThat(MemoryFit.of(file, 1, KvType.F16).kvBytesPerToken()).isEqualTo((2 + 4) * 128 * 2 * 2);
    }

    @Test
    void latentAttentionKeepsOneVector() throws IOException {
        GgufFile file = header(writer -> {
            attention(writer, "deepseek2", 61, 7168, 128);
            writer.put("deepseek2.attention.head_count_kv", GgufValue.ofUnsigned(1))
                    .put("deepseek2.attention.key_length", GgufValue.ofUnsigned(576))
                    .put("deepseek2.attention.value_length", GgufValue.ofUnsigned(512))
                    .put("deepseek2.attention.key_length_mla", GgufValue.ofUnsigned(192));
        });
        assertThat(MemoryFit.of(file, 1, KvType.F16).kvBytesPerToken()).isEqualTo(61 * 576 * 2);
    }

    @Test
    void encoderAndRecurrentModelsKeepNothingPerToken() throws IOException {
        GgufFile encoder = header(writer -> {
            attention(writer, "bert", 6, 384, 12);
            writer.put("bert.attention.causal", GgufValue.of(false));
        });
        assertThat(MemoryFit.of(encoder, 512, KvType.F16).kvBytes()).isZero();
        GgufFile recurrent = header(writer -> writer.put("general.architecture", GgufValue.of("mamba"))
                .put("mamba.block_count", GgufValue.ofUnsigned(24)));
        MemoryFit fit = MemoryFit.of(recurrent, 512, KvType.Q8_0);
        assertThat(fit.kvBytes()).isZero();
        assertThat(new FitReport(recurrent, fit).lines(OptionalLong.of(GIB)))
                .contains("  fits", "  This model keeps nothing per token: it has no KV cache.");
    }

    @Test
    void unsuitableRequestsAreRefused() throws IOException {
        GgufFile odd = header(writer -> attention(writer, "llama", 2, 160, 2));
        assertThatThrownBy(() -> MemoryFit.of(odd, 0, KvType.F16)).hasMessageContaining("it must be 1 to 1073741824");
        assertThatThrownBy(() -> MemoryFit.of(odd, 512, KvType.Q8_0))
                .hasMessage("the KV cache cannot be q8_0: heads of 80 numbers are not whole blocks of 32; use f16");
        GgufFile absurd = header(writer -> {
            attention(writer, "llama", 0xFFFF_FFFFL, 0xFFFF_FFFFL, 1);
            writer.put("llama.attention.key_length", new GgufValue.Whole(GgufType.UINT64, Long.MAX_VALUE));
        });
        assertThatThrownBy(() -> MemoryFit.of(absurd, 512, KvType.F16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which no model has");
    }

    @Test
    void reportShowsFiguresBarAndComparison() throws IOException {
        GgufFile file = qwen3();
        MemoryFit fit = MemoryFit.of(file, CONTEXT, KvType.Q8_0);
        List<String> lines = new FitReport(file, fit).lines(OptionalLong.of(80 * GIB));
        assertThat(lines.getFirst()).isEqualTo("Qwen3 32B: qwen3, 32.8B parameters, Q4_K_M, trained for 40960 tokens");
        assertThat(lines)
                .contains("  weights               19.76 GB    18.40 GiB")
                .contains("  KV cache               4.56 GB     4.25 GiB  32768 tokens x 136 KiB (q8_0)")
                .anyMatch(line -> line.matches("  \\[={14}###\\+\\.+] 80\\.00 GiB"))
                .anyMatch(line -> line.startsWith("  fits: 13 conversations of 32768 tokens at the same time, or "))
                .contains("  f16           256 KiB           8.00 GiB                7           247681")
                .contains("  q8_0          136 KiB           4.25 GiB               13           451448");
        assertThat(lines).allMatch(line -> line.length() <= 90);
    }

    @Test
    void reportSaysWhatIsMissing() throws IOException {
        GgufFile file = qwen3();
        var report = new FitReport(file, MemoryFit.of(file, 65_536, KvType.F16));
        assertThat(report.lines(OptionalLong.of(24 * GIB)))
                .anyMatch(line -> line.matches("  does not fit: 1\\d\\.\\d\\d GiB are missing"))
                .anyMatch(line -> line.matches("  a context of 1\\d{4} tokens would fit"))
                .contains("  The context is longer than the 40960 tokens the model was trained for.");
        assertThat(report.lines(OptionalLong.of(8 * GIB)))
                .anyMatch(line -> line.contains("weights alone are too large"));
        assertThat(report.lines(OptionalLong.empty())).noneMatch(line -> line.contains("fit"));
    }

    @Test
    void namesFromTheFileCannotSteerTheTerminal() throws IOException {
        GgufFile file = header(writer -> {
            attention(writer, "llama", 2, 128, 2);
            writer.put("general.name", GgufValue.of("evil\u001b[2J\nname"));
        });
        var lines = new FitReport(file, MemoryFit.of(file, 512, KvType.F16)).lines(OptionalLong.empty());
        assertThat(lines.getFirst()).startsWith("evil?[2J?name: llama");
        GgufFile nameless = header(writer -> attention(writer, "a\u0007", 2, 128, 2));
        lines = new FitReport(nameless, MemoryFit.of(nameless, 512, KvType.F16)).lines(OptionalLong.empty());
        assertThat(lines.getFirst()).startsWith("a?: a?, ");
    }

    @Test
    void smallModelsAreReportedInMebibytes() throws IOException {
        GgufFile file = header(writer -> {
            attention(writer, "llama", 30, 576, 9);
            writer.tensorWithoutData("token_embd.weight", GgmlType.Q8_0, List.of(576L, 49_152L));
        });
        var lines = new FitReport(file, MemoryFit.of(file, 1024, KvType.F16)).lines(OptionalLong.empty());
        assertThat(lines)
                .contains("  weights               30.08 MB    28.69 MiB")
                .contains("  KV cache              70.78 MB    67.50 MiB  1024 tokens x 67.50 KiB (f16)");
    }

    @Test
    void cacheTypesAreReadInAnyCase() {
        assertThat(KvType.parse("Q8_0")).isEqualTo(KvType.Q8_0);
        assertThatThrownBy(() -> KvType.parse("q7"))
                .hasMessage(
                        "unknown KV cache type 'q7', known are f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl");
    }
}
