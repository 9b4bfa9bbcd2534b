package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static Settings read(Map<String, String> environment, String... flags) {
        var all = new HashMap<>(environment);
        all.put("LLAMERO_CONFIG", "none.yaml");
        return Settings.read(List.of(flags), all);
    }

    @Test
    void defaultsAreTheOnesOfTheChain() {
        Settings settings = read(Map.of());
        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(18789);
        assertThat(settings.modelEndpoint()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(settings.dataDirectory()).isEqualTo(Path.of(System.getProperty("user.home"), ".llamero", "gateway"));
        assertThat(settings.model()).isEmpty();
    }

    @Test
    void theOldNamesWork() {
        Settings settings =
                read(Map.of("CLAWDBOT_PORT", "19000", "CLAWDBOT_MODEL_ENDPOINT", "http://10.0.0.5:9000/v1/"));
        assertThat(settings.port()).isEqualTo(19000);
        assertThat(settings.modelEndpoint()).isEqualTo(URI.create("http://10.0.0.5:9000"));
        assertThat(read(Map.of("OPENCLAW_GATEWAY_PORT", "19001")).port()).isEqualTo(19001);
    }

    @Test
    void everyOldNameWorksAndIsToldOnceWithItsNewOne() {
        var old = Map.of(
                "CLAWDBOT_PORT", "19000",
                "CLAWDBOT_GATEWAY_PORT", "19001",
                "OPENCLAW_GATEWAY_PORT", "19002",
                "CLAWDBOT_MODEL_ENDPOINT", "http://10.0.0.5:9000",
                "CLAWDBOT_GATEWAY_TOKEN", "a-token-of-long-ago",
                "OPENCLAW_GATEWAY_TOKEN", "another-token-of-then");
        assertThat(read(old).token()).contains("a-token-of-long-ago");
        assertThat(read(Map.of("OPENCLAW_GATEWAY_TOKEN", "another-token-of-then"))
                        .token())
                .contains("another-token-of-then");
        assertThat(read(Map.of("CLAWDBOT_GATEWAY_PORT", "19001")).port()).isEqualTo(19001);
        assertThat(Settings.oldNames(old)).hasSize(old.size()).allMatch(line -> line.contains("LLAMERO_"));
        old.keySet()
                .forEach(name -> assertThat(Settings.oldNames(old))
                        .as(name)
                        .filteredOn(line -> line.startsWith(name + " "))
                        .hasSize(1));
        assertThat(String.join("", Settings.oldNames(old))).doesNotContain("a-token-of-long-ago");
        assertThat(Settings.oldNames(Map.of("LLAMERO_GATEWAY_PORT", "1"))).isEmpty();
    }

    @Test
    void tokensAndProxiesAreChecked() {
        assertThatThrownBy(() -> read(Map.of(), "--token", "short"))
                .hasMessageContaining("token must have 16")
                .hasMessageNotContaining("short\"");
        assertThatThrownBy(() -> read(Map.of(), "--trusted-proxies", "proxy.example.org"))
                .hasMessageContaining("trusted-proxies");
        assertThat(read(Map.of(), "--trusted-proxies", "127.0.0.1, ::1").trustedProxies())
                .containsExactly("127.0.0.1", "::1");
        assertThat(read(Map.of(), "--token", "0123456789abcdef").printed()).doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:8080",
                "127.0.0.1:8080",
                "http://127.0.0.1:8080/",
                "http://127.0.0.1:8080/v1",
                "http://127.0.0.1:8080/v1/chat/completions"
            })
    void anEndpointMayBePastedInAnyShape(String value) {
        assertThat(read(Map.of(), "--model-endpoint", value).modelEndpoint())
                .isEqualTo(URI.create("http://127.0.0.1:8080"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x", "http://", "http://a b", "http://x?y=1"})
    void whatIsNoEndpointIsRefusedByName(String value) {
        assertThatThrownBy(() -> read(Map.of(), "--model-endpoint", value))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("model-endpoint");
    }

    @Test
    void othersReachTheGatewayOnlyIfThatIsMeant() {
        assertThatThrownBy(() -> read(Map.of(), "--host", "0.0.0.0")).hasMessageContaining("allowed-origins");
        assertThat(read(Map.of(), "--host", "0.0.0.0", "--allowed-origins", "https://chat.example.org/")
                        .allowedOrigins())
                .containsExactly("https://chat.example.org");
        assertThatThrownBy(() -> read(Map.of(), "--allowed-origins", "*")).hasMessageContaining("not an origin");
    }

    @Test
    void theKeyIsNeverPrinted() {
        Settings settings = read(Map.of("LLAMERO_MODEL_API_KEY", "sk-secret"));
        assertThat(settings.modelApiKey()).contains("sk-secret");
        assertThat(settings + settings.printed()).doesNotContain("sk-secret");
    }

    @Test
    void theReadmeHasEverySettingWithNamesDefaultAndMeaning() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (Setting setting : Settings.ALL) {
            String names = String.join(
                    ", ",
                    setting.environment().stream().map(name -> "`" + name + "`").toList());
            String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
            assertThat(readme)
                    .contains(
                            "| `" + setting.key() + "` | " + names + " | " + fallback + " | " + setting.help() + " |");
        }
    }
}
