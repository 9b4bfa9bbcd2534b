package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.pool.PoolSettings;
import dev.llamero.proxy.pool.UpstreamSpec;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxySettingsTest {
    @TempDir
    private Path folder;

    @Test
    void defaultsListenOnLoopbackInFrontOfTheInferenceServer() {
        ProxySettings settings = read(Map.of());
        assertThat(settings.host().isLoopbackAddress()).isTrue();
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(only(settings).address()).hasToString("http://127.0.0.1:11434");
        assertThat(only(settings).kind()).isEmpty();
        assertThat(settings.live().apiKey()).isEmpty();
        assertThat(settings.live().pool().deadlines().firstByte()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.maxBodyBytes()).isEqualTo(16 << 20);
    }

    @Test
    void everySettingIsReadFromTheFile() throws IOException {
        Files.writeString(folder.resolve("llamero.yaml"), """
            proxy:
              host: 127.0.0.2
              port: 9000
              admin-port: 9001
              upstream: https://models.example:8443/base/
              upstream-kind: openai
              upstream-api-key: its-key
              aliases: {gpt-4o: qwen3:32b}
              health-interval: 6s
              breaker-failures: 7
              breaker-pause: 8s
              retries: 9
              queue-max: 10
              queue-timeout: 11s
              api-key: from-file
              connect-timeout: 1s
              first-byte-timeout: 2s
              silence-timeout: 3s
              slow-client-timeout: 4s
              max-body: 1M
              shutdown-grace: 5s
              log-level: debug
            """);
        ProxySettings settings = read(Map.of());
        assertThat(settings.host().getHostAddress()).isEqualTo("127.0.0.2");
        assertThat(settings.port()).isEqualTo(9000);
        assertThat(only(settings).address()).hasToString("https://models.example:8443/base");
        assertThat(settings.live().apiKey()).contains("from-file");
        assertThat(settings.live().pool().deadlines().connect()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.live().pool().deadlines().firstByte()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.live().pool().deadlines().silence()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.slowClient()).isEqualTo(Duration.ofSeconds(4));
        assertThat(settings.maxBodyBytes()).isEqualTo(1 << 20);
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.logLevel()).isEqualTo("debug");
        assertThat(settings.adminPort()).contains(9001);
        assertThat(only(settings).kind()).contains(UpstreamKind.OPENAI);
        assertThat(only(settings).apiKey()).contains("its-key");
        PoolSettings pool = settings.live().pool();
        assertThat(pool.aliases()).isEqualTo(Map.of("gpt-4o", "qwen3:32b"));
        assertThat(pool.healthInterval()).isEqualTo(Duration.ofSeconds(6));
        assertThat(pool.breakerFailures()).isEqualTo(7);
        assertThat(pool.breakerPause()).isEqualTo(Duration.ofSeconds(8));
        assertThat(pool.retries()).isEqualTo(9);
        assertThat(pool.queueMax()).isEqualTo(10);
        assertThat(pool.queueTimeout()).isEqualTo(Duration.ofSeconds(11));
        assertThat(settings.toString()).doesNotContain("from-file").doesNotContain("its-key");
    }

    @Test
    void environmentWinsOverTheFileAndFlagsOverBoth() throws IOException {
        Files.writeString(folder.resolve("llamero.yaml"), "proxy: {port: 9000, api-key: file}\n");
        Map<String, String> environment = Map.of("LLAMERO_PROXY_PORT", "9001", "LLAMERO_API_KEY", "environment");
        assertThat(read(environment).port()).isEqualTo(9001);
        assertThat(read(environment).live().apiKey()).contains("environment");
        assertThat(read(environment, "--port", "9002").port()).isEqualTo(9002);
    }

    @Test
    void beyondLoopbackAKeyIsNeeded() {
        assertThatThrownBy(() -> read(Map.of(), "--host", "0.0.0.0"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("callers need a key")
                .hasMessageContaining("LLAMERO_API_KEY");
        assertThat(read(Map.of("LLAMERO_API_KEY", "k"), "--host", "0.0.0.0")
                        .host()
                        .isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void badValuesNameTheSetting() {
        refused("port", "--port", "70000");
        refused("upstream", "--upstream", "127.0.0.1:11434");
        refused("upstream", "--upstream", "http://user:pass@host/");
        refused("max-body", "--max-body", "0");
        refused("silence-timeout", "--silence-timeout", "-1s");
        refused("host", "--host", "no such host");
        refused("did you mean", "--upstraem", "http://127.0.0.1:1");
    }

    /** The table in the README is written by hand and checked here, so that it cannot lag behind. */
    @Test
    void theReadmeHasEverySettingWithItsEnvironmentDefaultAndHelp() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("## Settings"), readme.indexOf("## Limits"));
        List<String> rows = table.lines().filter(line -> line.startsWith("| `")).toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        KnownSettings.ALL.stream().map(ProxySettingsTest::row).toList());
    }

    private static String row(Setting setting) {
        String environment =
                setting.environment().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s |"
                .formatted(
                        setting.key(),
                        environment,
                        setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`",
                        setting.help());
    }

    private static UpstreamSpec only(ProxySettings settings) {
        assertThat(settings.live().pool().upstreams()).hasSize(1);
        return settings.live().pool().upstreams().getFirst();
    }

    private void refused(String message, String... arguments) {
        assertThatThrownBy(() -> read(Map.of(), arguments))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    private ProxySettings read(Map<String, String> environment, String... arguments) {
        var all = new HashMap<>(environment);
        all.put("LLAMERO_KEYS_FILE", folder.resolve("keys.json").toString());
        all.put("LLAMERO_CONFIG", folder.resolve("llamero.yaml").toString());
        return ProxySettings.read(List.of(arguments), all);
    }
}
