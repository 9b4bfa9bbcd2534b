package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyModelTest {
    @TempDir
    Path folder;

    private GgufFile read(String name) throws IOException {
        return GgufFile.read(folder.resolve(name));
    }

    @Test
    void defaultIsASmallQwen3() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 42);
        GgufFile toy = read("toy.gguf");
        assertThat(toy.architecture()).isEqualTo("qwen3");
        assertThat(toy.contextLength()).hasValue(4096);
        assertThat(toy.embeddingLength()).hasValue(128);
        assertThat(toy.blockCount()).hasValue(4);
        assertThat(toy.quantizationLevel()).isEqualTo("Q8_0");
        assertThat(toy.parameterCount()).isEqualTo(919_168);
        assertThat(toy.tensors()).hasSize(3 + 4 * 11);
        assertThat(Files.size(folder.resolve("toy.gguf"))).isLessThan(1_500_000);
    }

    @Test
    void sameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        ToyModel.write(folder.resolve("a.gguf"), 7);
        ToyModel.write(folder.resolve("b.gguf"), 7);
        ToyModel.write(folder.resolve("c.gguf"), 8);
        assertThat(Files.mismatch(folder.resolve("a.gguf"), folder.resolve("b.gguf")))
                .isEqualTo(-1);
        assertThat(Files.mismatch(folder.resolve("a.gguf"), folder.resolve("c.gguf")))
                .isGreaterThan(0);
    }

    @Test
    void tokenizerHasDistinctTokensMergesOfKnownTokensAndQwen3sSpecials() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        GgufFile toy = read("toy.gguf");
        List<String> tokens = texts(toy, "tokenizer.ggml.tokens");
        assertThat(tokens).hasSize(512).doesNotHaveDuplicates();
        var known = new HashSet<>(tokens);
        for (String merge : texts(toy, "tokenizer.ggml.merges")) {
            String[] pair = merge.split(" ");
            assertThat(pair).hasSize(2);
            assertThat(known).contains(pair[0], pair[1], pair[0] + pair[1]);
        }
        assertThat(tokens).endsWith("<think>", "</think>");
        assertThat(tokens.get((int) toy.whole("tokenizer.ggml.eos_token_id").orElseThrow()))
                .isEqualTo("<|im_end|>");
        var types = (GgufNumbers) toy.array("tokenizer.ggml.token_type").orElseThrow();
        assertThat(types.wholeAt(tokens.indexOf("<|im_start|>"))).isEqualTo(3);
        assertThat(types.wholeAt(tokens.indexOf("<think>"))).isEqualTo(4);
        assertThat(types.wholeAt(tokens.indexOf("Ġthe"))).isEqualTo(1);
    }

    @Test
    void largeVocabulariesAreStillWhole() {
        var vocabulary = new ToyVocabulary(151_936);
        assertThat(vocabulary.tokens()).hasSize(151_936).doesNotHaveDuplicates();
        assertThat(vocabulary.merges()).hasSize(151_936 - ToyVocabulary.TOKENS_MIN);
        assertThat(new ToyVocabulary(ToyVocabulary.TOKENS_MAX).tokens()).hasSize(ToyVocabulary.TOKENS_MAX);
        assertThat(new ToyVocabulary(ToyVocabulary.TOKENS_MIN).merges()).isEmpty();
    }

    @Test
    void shapeDecidesTensorsAndTypes() throws IOException {
        ToyShape shape = new ToyShape(64, 2, 4, 1, 32, 96, 320, 2048, true, GgmlType.Q4_0);
        ToyModel.write(folder.resolve("toy.gguf"), shape, 1);
        GgufFile toy = read("toy.gguf");
        assertThat(toy.quantizationLevel()).isEqualTo("Q4_0");
        assertThat(toy.tensors()).extracting(GgufTensor::name).doesNotContain("output.weight");
        assertThat(toy.tensors())
                .filteredOn(tensor -> tensor.name().equals("blk.1.attn_k.weight"))
                .singleElement()
                .satisfies(tensor -> {
                    assertThat(tensor.dimensions()).containsExactly(64L, 32L);
                    assertThat(tensor.type()).isEqualTo(GgmlType.Q4_0);
                });
        for (GgmlType type : List.of(GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q4_1)) {
            ToyModel.write(folder.resolve(type + ".gguf"), shape.withWeights(type), 1);
            assertThat(read(type + ".gguf").quantizationLevel()).isEqualTo(type.name());
        }
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThatThrownBy(() -> ToyShape.small().withVocabulary(100)).hasMessageContaining("282 to 400000");
        assertThatThrownBy(() -> ToyShape.small().withLayers(0)).hasMessage("layers is 0, it must be positive");
        assertThatThrownBy(() -> ToyShape.small().withWeights(GgmlType.Q4_K)).hasMessage("weights cannot be Q4_K");
        assertThatThrownBy(() -> new ToyShape(64, 2, 4, 3, 32, 96, 320, 2048, true, GgmlType.F16))
                .hasMessage("4 heads do not divide among 3");
    }

    @Test
    void templateHasThinkingToolsAndGenerationPrompt() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        assertThat(read("toy.gguf").chatTemplate())
                .hasValueSatisfying(template -> assertThat(template)
                        .contains("enable_thinking", "<think>", "tools", "<tool_call>", "add_generation_prompt"));
    }

    private static List<String> texts(GgufFile file, String key) {
        var strings = (GgufStrings) file.array(key).orElseThrow();
        return IntStream.range(0, strings.size()).mapToObj(strings::textAt).toList();
    }
}
