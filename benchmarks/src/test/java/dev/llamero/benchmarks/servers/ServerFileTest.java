package dev.llamero.benchmarks.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerFileTest {
    @TempDir
    Path folder;

    @Test
    void theExampleIsRead() throws IOException {
        Path model = Files.createFile(folder.resolve("m.gguf"));
        String example = Files.readString(Path.of("servers-example.yaml"))
                .replace("/path/to/model.gguf", model.toString())
                .replace("models/tiny-qwen3/tiny-qwen3.gguf", model.toString());
        ServerFile file = read(example);
        assertThat(file.servers()).extracting(ServerSpec::name).containsExactly("llama-server", "Ollama", "Llamero");
        assertThat(file.servers())
                .extracting(ServerSpec::supply)
                .containsExactly(
                        ServerSpec.ModelSupply.ITS_OWN,
                        ServerSpec.ModelSupply.CREATED,
                        ServerSpec.ModelSupply.AT_START);
        assertThat(file.models()).hasSize(2);
        var setup = new Setup(Setup.ModelRole.MAIN, 4, 8192, false, false);
        Map<String, String> values = setup.values(model, 1234, folder);
        for (ServerSpec server : file.servers()) {
            assertThat(server.command()).allSatisfy(word -> Setup.fill(word, values));
        }
        assertThat(Setup.fill("{context_total}:{slots}-{model_name}", values)).isEqualTo("32768:4-m");
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> read("servers: [{name: a, kind: x, url: 'http://127.0.0.1:1'}]"))
                .hasMessageContaining("kind \"x\" is not one of ollama, llama-server, openai");
        assertThatThrownBy(() -> read("servers: [{name: a, kind: openai, urll: b}]"))
                .hasMessageContaining("server a has the unknown key \"urll\"");
        assertThatThrownBy(() -> read("servers: [{name: a, kind: openai}]"))
                .hasMessageContaining("server a needs either url or command");
        assertThatThrownBy(() -> read("servers: [{name: a, kind: openai, command: [x]}]"))
                .hasMessageContaining("models: main is missing");
        assertThatThrownBy(() -> read("servers: [{name: a, kind: openai, command: [x], loads-at-start: true}]"))
                .hasMessageContaining("create and loads-at-start are for kind ollama");
        assertThatThrownBy(() -> read("servers: [{name: a, kind: ollama, create: true, loads-at-start: true}]"))
                .hasMessageContaining("server a has both create and loads-at-start");
        assertThatThrownBy(() -> read("models: {main: /none.gguf}")).hasMessageContaining("/none.gguf");
        assertThatThrownBy(() -> read("a: [")).hasMessageContaining("is not YAML");
        assertThatThrownBy(() -> Setup.fill("{prot}", Map.of("port", "1")))
                .hasMessageContaining("placeholder {prot}; known are [port]");
    }

    private ServerFile read(String text) throws IOException {
        return ServerFile.read(Files.writeString(folder.resolve("servers.yaml"), text));
    }
}
