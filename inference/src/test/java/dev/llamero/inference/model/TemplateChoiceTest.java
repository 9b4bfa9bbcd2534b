package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateChoiceTest {
    private static final String MANIFEST = """
        {"config": {"digest": "sha256:%1$s", "size": 1}, "layers": [
          {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%1$s", "size": 1},
          {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:%2$s", "size": 1}]}
        """;
    private static final String WEIGHTS = "a".repeat(64);
    private static final String TEMPLATE = "b".repeat(64);

    @TempDir
    Path folder;

    private LocalModel model(String go, String jinja, Optional<Boolean> forced) throws IOException {
        Path manifest = folder.resolve("manifests/registry.ollama.ai/library/gt/latest");
        Files.createDirectories(manifest.getParent());
        Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(manifest, MANIFEST.formatted(WEIGHTS, TEMPLATE));
        Files.writeString(folder.resolve("blobs/sha256-" + TEMPLATE), go);
        var weights = new GgufWriter()
                .put("general.architecture", GgufValue.of("llama"))
                .tensor("token_embd.weight", GgmlType.F32, List.of(4L), new byte[16]);
        if (!jinja.isEmpty()) {
            weights.put("tokenizer.chat_template", GgufValue.of(jinja));
        }
        weights.write(folder.resolve("blobs/sha256-" + WEIGHTS));
        return new OllamaStore(new StoreFolder(folder), forced).list().getFirst();
    }

    @ParameterizedTest(name = "{0} | {1} -> {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "{{ .Prompt }};'';true",
                "{{ .Prompt }};plain;true",
                "{{ .Prompt }};tools;false",
                "{{ .Prompt }};<think></think>;false",
                "{{ .Tools }};tools;true",
                "{{ .Tools }};tools tool_calls tool_response;false",
                "{{ .Tools }}{{ .ToolCalls }}tool_response;tools tool_calls tool_response;true",
                "{{ .Tools }}{{ .ToolCalls }}tool_response;tools <think></think>;true",
                "{{ .Tools }}{{ .ToolCalls }}tool_response;tools tool_calls ipython <think></think>;false",
                "{{ .Tools }}{{ .Suffix }};tools <think></think> tool_calls ipython;true"
            })
    void theGoTemplateIsTakenUnlessJinjaOffersMore(String go, String jinja, boolean taken) throws IOException {
        assertThat(model(go, jinja, Optional.empty()).goTemplate().isPresent()).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theSettingDecidesIfItIsSet(boolean forced) throws IOException {
        assertThat(model("{{ .Prompt }}", "tools", Optional.of(forced))
                        .goTemplate()
                        .isPresent())
                .isEqualTo(forced);
        assertThat(model("{{ .Prompt }}", "", Optional.of(forced)).goTemplate().isPresent())
                .isEqualTo(forced);
    }

    @Test
    void channelsAndOtherMarksOfThinkingAreThinking() {
        assertThat(TemplateChoice.capabilities("<|start|>assistant<|channel|>analysis<|message|>"))
                .contains("thinking");
        assertThat(TemplateChoice.capabilities("[THINK]{{ x }}[/THINK]")).contains("thinking");
        assertThat(TemplateChoice.capabilities("[INST]{{ x }}[/INST]")).doesNotContain("thinking");
    }
}
