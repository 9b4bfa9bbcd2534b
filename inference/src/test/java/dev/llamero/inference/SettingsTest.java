package dev.llamero.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.api.GoDuration;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @TempDir
    Path folder;

    private Settings read(List<String> arguments, Map<String, String> environment) {
        return Settings.read(arguments, environment, folder.resolve("llamero.yaml"), folder.resolve("config.json"));
    }

    @Test
    void defaults() {
        Settings settings = read(List.of(), Map.of());
        assertThat(settings.listener().host()).isEqualTo("127.0.0.1");
        assertThat(settings.listener().port()).isEqualTo(11_434);
        assertThat(settings.loading().contextTokens()).isEqualTo(32_768);
        assertThat(settings.loading().gpuLayers()).isEqualTo(-1);
        assertThat(settings.parallel()).isEqualTo(4);
        assertThat(settings.kvCacheType()).isEqualTo("f16");
        assertThat(settings.cacheGpuBytes()).isEmpty();
        assertThat(settings.cacheRamBytes()).isEmpty();
        assertThat(settings.residents().modelsMax()).isEqualTo(3);
        assertThat(settings.residents().queueMax()).isEqualTo(512);
        assertThat(settings.residents().keepAlive()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.engine()).isEqualTo(Settings.EngineKind.LLAMA);
        assertThat(settings.ollamaStore().orElseThrow().toString()).endsWith(".ollama/models");
        assertThat(settings.modelPaths().getFirst().toString()).endsWith(".llamero/models");
    }

    @Test
    void ollamasEnvironmentCounts() {
        Settings settings = read(
                List.of(),
                Map.of(
                        "OLLAMA_HOST", "0.0.0.0:8000",
                        "OLLAMA_CONTEXT_LENGTH", "8192",
                        "OLLAMA_KEEP_ALIVE", "-1",
                        "OLLAMA_KV_CACHE_TYPE", "q8_0",
                        "OLLAMA_NUM_PARALLEL", "2",
                        "OLLAMA_MAX_QUEUE", "7",
                        "OLLAMA_MAX_LOADED_MODELS", "1",
                        "OLLAMA_ORIGINS", "https://a.example, https://b.example",
                        "OLLAMA_MODELS", "/data/store"));
        assertThat(settings.listener().host()).isEqualTo("0.0.0.0");
        assertThat(settings.listener().port()).isEqualTo(8_000);
        assertThat(settings.listener().origins()).containsExactly("https://a.example", "https://b.example");
        assertThat(settings.loading().contextTokens()).isEqualTo(8_192);
        assertThat(settings.residents().keepAlive()).isEqualTo(GoDuration.FOREVER);
        assertThat(settings.residents().modelsMax()).isEqualTo(1);
        assertThat(settings.residents().queueMax()).isEqualTo(7);
        assertThat(settings.parallel()).isEqualTo(2);
        assertThat(settings.engines()).isInstanceOfSatisfying(LlamaEngineFactory.class, engines -> {
            assertThat(engines.parallel()).isEqualTo(2);
            assertThat(engines.queueMax()).isEqualTo(7);
            assertThat(engines.kvType().label()).isEqualTo("q8_0");
        });
        assertThat(settings.kvCacheType()).isEqualTo("q8_0");
        assertThat(settings.ollamaStore()).contains(Path.of("/data/store"));
    }

    @Test
    void flagsGoBeforeEnvironmentBeforeFileBeforeOllamasConfig() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"options\":{\"num_ctx\":1000,\"num_gpu\":7},\"x\":1}");
        assertThat(read(List.of(), Map.of()).loading().contextTokens()).isEqualTo(1_000);
        assertThat(read(List.of(), Map.of()).loading().gpuLayers()).isEqualTo(7);
        Files.writeString(folder.resolve("llamero.yaml"), "inference:\n  num-ctx: 2000\n");
        assertThat(read(List.of(), Map.of()).loading().contextTokens()).isEqualTo(2_000);
        var environment = Map.of("OLLAMA_CONTEXT_LENGTH", "3000");
        assertThat(read(List.of(), environment).loading().contextTokens()).isEqualTo(3_000);
        assertThat(read(List.of("--num-ctx", "4000"), environment).loading().contextTokens())
                .isEqualTo(4_000);
    }

    @Test
    void memoryForPausedConversationsIsASizeOrNone() {
        assertThat(read(List.of("--cache-ram", "0"), Map.of()).cacheRamBytes()).hasValue(0);
        assertThat(read(List.of(), Map.of("LLAMERO_CACHE_RAM", "2GiB")).cacheRamBytes())
                .hasValue(2L << 30);
        assertThat(read(List.of("--cache-gpu", "0"), Map.of()).cacheGpuBytes()).hasValue(0);
        assertThat(read(List.of(), Map.of("LLAMERO_CACHE_GPU", "1GiB")).cacheGpuBytes())
                .hasValue(1L << 30);
        assertThatThrownBy(() -> read(List.of("--cache-ram", "much"), Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("cache-ram");
    }

    @Test
    void aDamagedConfigOfOllamaIsPassedOver() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"options\":{\"num_ctx\":\"many\"}");
        assertThat(read(List.of(), Map.of()).loading().contextTokens()).isEqualTo(32_768);
    }

    @Test
    void aNamedModelIsServedAlone() {
        Settings settings = read(List.of("--model", "/m/x.gguf"), Map.of());
        assertThat(settings.modelPaths()).containsExactly(Path.of("/m/x.gguf"));
        assertThat(settings.ollamaStore()).isEmpty();
    }

    @Test
    void badValuesAreRefusedWithTheirName() {
        assertThatThrownBy(() -> read(List.of("--num-ctx", "4"), Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("num-ctx");
        assertThatThrownBy(() -> read(List.of("--kv-cache-type", "q3"), Map.of()))
                .hasMessageContaining("kv-cache-type must be one of f16, q8_0");
        assertThatThrownBy(() -> read(List.of("--num-ctxx", "4"), Map.of()))
                .hasMessageContaining("did you mean --num-ctx?");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:11434,127.0.0.1,11434",
        "0.0.0.0,0.0.0.0,11434",
        ":8080,127.0.0.1,8080",
        "http://box,box,80",
        "https://box/x,box,443",
        "http://box:99/x,box,99",
        "[::1]:99,::1,99",
        "[::1],::1,11434",
        "::1,::1,11434",
        "box:no,box,11434",
        "box:99999,box,11434",
    })
    void addressesAreReadAsOllamaDoes(String text, String host, int port) {
        assertThat(HostAddress.parse(text)).isEqualTo(new HostAddress(host, port));
    }

    /** Those of Ollama's server in its release of August 2026. */
    private static final List<String> OLLAMAS = List.of(
            "OLLAMA_CONTEXT_LENGTH",
            "OLLAMA_DEBUG",
            "OLLAMA_DEBUG_LOG_REQUESTS",
            "OLLAMA_FLASH_ATTENTION",
            "OLLAMA_GO_TEMPLATE",
            "OLLAMA_GPU_OVERHEAD",
            "OLLAMA_HOST",
            "OLLAMA_IGPU_ENABLE",
            "OLLAMA_KEEP_ALIVE",
            "OLLAMA_KV_CACHE_TYPE",
            "OLLAMA_LLM_LIBRARY",
            "OLLAMA_LOAD_TIMEOUT",
            "OLLAMA_MAX_LOADED_MODELS",
            "OLLAMA_MAX_QUEUE",
            "OLLAMA_MODELS",
            "OLLAMA_NOPRUNE",
            "OLLAMA_NO_CLOUD",
            "OLLAMA_NUM_PARALLEL",
            "OLLAMA_ORIGINS",
            "OLLAMA_REMOTES",
            "OLLAMA_SCHED_SPREAD",
            "OLLAMA_VULKAN");

    @Test
    void everyVariableOfOllamasServerIsASettingOrToldToHaveNoEffect() {
        for (String name : OLLAMAS) {
            boolean setting =
                    SettingKeys.ALL.stream().anyMatch(each -> each.environment().contains(name));
            boolean known = setting || name.equals("OLLAMA_DEBUG");
            assertThat(known).as(name).isNotEqualTo(OllamaVariables.hasNoEffect(name));
        }
    }

    @Test
    void theReadmeTellsEverySettingWithItsDefault() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (Setting setting : SettingKeys.ALL) {
            String row = "| `" + setting.key() + "` | "
                    + String.join(
                            ", ",
                            setting.environment().stream()
                                    .map(name -> "`" + name + "`")
                                    .toList())
                    + " | " + (setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`") + " | "
                    + setting.help() + " |";
            assertThat(readme).contains(row);
        }
    }
}
