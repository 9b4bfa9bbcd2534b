package dev.llamero.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
    private static final Setting PORT = new Setting("port", List.of("TEST_PORT", "OLD_PORT"), "8080", "TCP port.");
    private static final Setting NUM_CTX = new Setting("num-ctx", List.of(), "", "Context in tokens.");
    private static final Setting ORIGINS = new Setting("origins", List.of(), "", "Allowed origins.");
    private static final Setting VERBOSE = new Setting("verbose", List.of(), "", "Say more.");
    private static final List<Setting> ALL = List.of(PORT, NUM_CTX, ORIGINS, VERBOSE);

    @TempDir
    Path folder;

    @Test
    void flagBeatsEnvironmentBeatsFileBeatsDefault() throws IOException {
        Path file = write("proxy:\n  port: 3\n  num-ctx: 4096\n");
        assertThat(read(List.of("--port", "1"), Map.of("TEST_PORT", "2"), file).integer(PORT, 1, 65535))
                .contains(1L);
        assertThat(read(List.of(), Map.of("OLD_PORT", "2"), file).integer(PORT, 1, 65535))
                .contains(2L);
        assertThat(read(List.of(), Map.of(), file).integer(PORT, 1, 65535)).contains(3L);
        assertThat(read(List.of(), Map.of(), folder.resolve("absent.yaml")).integer(PORT, 1, 65535))
                .contains(8080L);
    }

    @Test
    void unknownNamesAreRefusedWithTheNearestKnownOne() throws IOException {
        Path file = write("proxy:\n  prot: 3\n");
        assertThatThrownBy(() -> read(List.of(), Map.of(), file)).hasMessageContaining("did you mean port?");
        assertThatThrownBy(() -> read(List.of("--num-ctz", "1"), Map.of(), folder))
                .hasMessageContaining("did you mean --num-ctx?");
        Path section = write("proxi:\n  port: 3\n");
        assertThatThrownBy(() -> read(List.of(), Map.of(), section)).hasMessageContaining("did you mean proxy?");
    }

    @Test
    void badValueNamesSettingSourceAndRule() {
        assertThatThrownBy(() -> read(List.of("--port=70000"), Map.of(), folder).integer(PORT, 1, 65535))
                .isInstanceOf(SettingsException.class)
                .hasMessage("setting port must be a whole number from 1 to 65535, but flag --port gives \"70000\"");
    }

    @Test
    void readsListsFlagsDurationsAndSizes() throws IOException {
        Path file = write("proxy:\n  origins: [http://a, http://b]\n");
        var reader = read(List.of("--verbose", "--num-ctx", "80G"), Map.of(), file);
        assertThat(reader.list(ORIGINS)).containsExactly("http://a", "http://b");
        assertThat(reader.enabled(VERBOSE)).isTrue();
        assertThat(reader.bytes(NUM_CTX)).contains(80L << 30);
        assertThat(SettingsReader.parseDuration("1h30m")).contains(Duration.ofMinutes(90));
        assertThat(SettingsReader.parseDuration("-5m")).contains(Duration.ofMinutes(-5));
        assertThat(SettingsReader.parseDuration("500ms")).contains(Duration.ofMillis(500));
        assertThat(SettingsReader.parseDuration("12")).contains(Duration.ofSeconds(12));
        assertThat(SettingsReader.parseDuration("5 minutes")).isEmpty();
    }

    @Test
    void damagedYamlNamesTheLine() throws IOException {
        Path file = write("proxy:\n  port: [1\n");
        assertThatThrownBy(() -> read(List.of(), Map.of(), file)).hasMessageContaining("at line ");
    }

    @Test
    void refusedValuesOfAFileNameTheirLine() throws IOException {
        Path file = write("# comment\nproxy:\n  num-ctx: 5\n  port: many\n");
        assertThatThrownBy(() -> read(List.of(), Map.of(), file).integer(PORT, 1, 9))
                .hasMessageContaining(file + " line 4 gives \"many\"");
        Path unknown = write("proxy:\n  port: 1\n  prot: 2\n");
        assertThatThrownBy(() -> read(List.of(), Map.of(), unknown)).hasMessageContaining(unknown + " line 3");
    }

    @Test
    void aListOfMapsIsReadWithThePlaceOfEachValue() throws IOException {
        Path file = write("proxy:\n  origins:\n    - name: a\n      weight: 2\n    - name: b\n      wight: 3\n");
        List<SettingsNode> items =
                read(List.of(), Map.of(), file).tree(ORIGINS).orElseThrow().items();
        assertThat(items.get(0).only(List.of("name", "weight")).at("weight").map(node -> node.integer(1, 9)))
                .contains(2);
        assertThatThrownBy(() -> items.get(0).at("name").orElseThrow().integer(1, 9))
                .hasMessage("setting origins[0].name must be a whole number from 1 to 9, but " + file
                        + " line 3 gives \"a\"");
        assertThatThrownBy(() -> items.get(1).only(List.of("name", "weight")))
                .hasMessageContaining("unknown key \"origins[1].wight\" in " + file + " line 6; did you mean weight?");
    }

    @Test
    void aFlagGivesAListOfMapsInOneLine() {
        var reader = read(List.of("--origins", "[{name: a, url: 'http://x:1'}]"), Map.of(), folder);
        SettingsNode item = reader.tree(ORIGINS).orElseThrow().items().getFirst();
        assertThat(item.at("url").orElseThrow().text()).isEqualTo("http://x:1");
        assertThatThrownBy(() -> item.at("name").orElseThrow().items())
                .hasMessage("setting origins[0].name must be a list, but flag --origins gives \"a\"");
        assertThat(read(List.of(), Map.of(), folder).tree(ORIGINS)).isEmpty();
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "llamero", ".yaml"), yaml);
    }

    private static SettingsReader read(List<String> arguments, Map<String, String> environment, Path file) {
        return new SettingsReader("proxy", ALL, arguments, environment, file);
    }
}
