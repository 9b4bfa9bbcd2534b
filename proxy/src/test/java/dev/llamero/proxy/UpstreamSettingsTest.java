package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.pool.UpstreamSpec;
import dev.llamero.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamSettingsTest {
    @TempDir
    private Path folder;

    @Test
    void aListWithAllFieldsIsReadFromTheFile() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "from-file\n");
        write("""
            proxy:
              upstreams:
                - name: one
                  url: https://models.example:8443/base
                  kind: openai
                  api-key-file: %s
                  models: [a, b]
                  aliases: {x: a}
                  weight: 3
                  max-concurrent: 7
                - url: http://127.0.0.1:11434
                  api-key-env: SECOND_KEY
            """.formatted(key));
        List<UpstreamSpec> specs = read(Map.of("SECOND_KEY", "from-environment"));
        UpstreamSpec one = specs.getFirst();
        assertThat(one.name()).isEqualTo("one");
        assertThat(one.address()).hasToString("https://models.example:8443/base");
        assertThat(one.kind()).contains(UpstreamKind.OPENAI);
        assertThat(one.apiKey()).contains("from-file");
        assertThat(one.models()).containsExactly("a", "b");
        assertThat(one.aliases()).isEqualTo(Map.of("x", "a"));
        assertThat(one.weight()).isEqualTo(3);
        assertThat(one.concurrentMax()).isEqualTo(7);
        UpstreamSpec two = specs.getLast();
        assertThat(two.name()).isEqualTo("127.0.0.1:11434");
        assertThat(two.kind()).as("found out by asking").isEmpty();
        assertThat(two.apiKey()).contains("from-environment");
        assertThat(specs.toString()).doesNotContain("from-file").doesNotContain("from-environment");
    }

    @Test
    void aFlagOrAVariableGivesTheListInOneLine() {
        String list = "[{url: 'http://a:1'}, {\"url\": \"http://b:2\", \"weight\": 2}]";
        assertThat(read(Map.of(), "--upstreams", list)).hasSize(2);
        assertThat(read(Map.of("LLAMERO_PROXY_UPSTREAMS", list))).hasSize(2);
    }

    @Test
    void theStrongerSourceOfUpstreamAndUpstreamsWins() throws Exception {
        write("proxy:\n  upstreams: [{url: 'http://a:1'}, {url: 'http://b:2'}]\n");
        assertThat(read(Map.of())).hasSize(2);
        assertThat(read(Map.of(), "--upstream", "http://c:3").getFirst().address())
                .hasToString("http://c:3");
        write("proxy:\n  upstream: http://c:3\n  upstreams: [{url: 'http://a:1'}]\n");
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining("both given");
    }

    @Test
    void badValuesNameTheirPlace() throws Exception {
        refused("upstreams[0] needs url", "- name: x");
        refused("upstreams[0].url must be an address", "- url: nowhere");
        refused("upstreams[0].kind must be ollama, openai or auto", "- {url: 'http://a:1', kind: grpc}");
        refused("upstreams[0].weight must be a whole number from 1", "- {url: 'http://a:1', weight: 0}");
        refused("unknown key \"upstreams[0].wieght\"", "- {url: 'http://a:1', wieght: 2}");
        refused("another upstream has", "- {url: 'http://a:1', name: x}\n    - {url: 'http://b:1', name: x}");
        refused("must name a variable of the environment that is set", "- {url: 'http://a:1', api-key-env: NONE}");
        refused("must name a file that can be read", "- {url: 'http://a:1', api-key-file: /no/such/file}");
        refused("must be up to 64 letters", "- {url: 'http://a:1', name: 'a b'}");
        refused("must name at least one", "[]");
        refused("must be a list", "x");
    }

    @Test
    void aBadKeyIsRefusedWithoutBeingShown() throws Exception {
        write("proxy:\n  upstreams:\n    - {url: 'http://a:1', api-key: 'sec ret'}\n");
        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("upstreams[0].api-key")
                .hasMessageContaining("line 3")
                .hasMessageNotContaining("sec ret");
        assertThatThrownBy(() -> read(Map.of("LLAMERO_UPSTREAM_API_KEY", "sec\u0001ret"), "--upstream", "http://a:1"))
                .hasMessageContaining("upstream-api-key must be a key of printable characters")
                .hasMessageNotContaining("sec");
    }

    private void refused(String message, String list) throws Exception {
        write("proxy:\n  upstreams:\n    " + list + "\n");
        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    private void write(String yaml) throws Exception {
        Files.writeString(folder.resolve("llamero.yaml"), yaml);
    }

    private List<UpstreamSpec> read(Map<String, String> environment, String... arguments) {
        var all = new HashMap<>(environment);
        all.put("LLAMERO_CONFIG", folder.resolve("llamero.yaml").toString());
        return ProxySettings.read(List.of(arguments), all).live().pool().upstreams();
    }
}
