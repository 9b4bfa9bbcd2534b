package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models of a store with a Go template, seen from the API; the recordings are those of a real Ollama. */
@Tag("server")
@Timeout(120)
class GoTemplateServingTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String MANIFEST = """
        {"config": {"digest": "sha256:%1$s", "size": 1}, "layers": [
          {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%s", "size": 1},
          {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:%s", "size": 1}]}
        """;
    private static final String WEIGHTS = "a".repeat(64);
    private static final String TEMPLATE = "b".repeat(64);
    private static final String WEATHER_TOOL = "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}";

    private final ScriptedEngine engine = new ScriptedEngine(100_000);

    @TempDir
    Path folder;

    /** A server whose store has one model, called gt. */
    private TestServer server(String template, String jinja) throws IOException {
        Path manifest = folder.resolve("manifests/registry.ollama.ai/library/gt/latest");
        Files.createDirectories(manifest.getParent());
        Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(manifest, MANIFEST.formatted(WEIGHTS, TEMPLATE));
        Files.writeString(folder.resolve("blobs/sha256-" + TEMPLATE), template);
        var weights = new GgufWriter()
                .put("general.architecture", GgufValue.of("llama"))
                .put("llama.context_length", GgufValue.ofUnsigned(8_192))
                .tensor("token_embd.weight", GgmlType.F32, List.of(4L), new byte[16]);
        if (!jinja.isEmpty()) {
            weights.put("tokenizer.chat_template", GgufValue.of(jinja));
        }
        weights.write(folder.resolve("blobs/sha256-" + WEIGHTS));
        return new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(folder),
                TestServer.factory(engine),
                source -> variables -> "rendered by Jinja",
                100_000,
                TestServer.limits()));
    }

    private static JsonNode post(TestServer server, String path, String body) throws IOException {
        return JSON.readTree(server.call("POST", path, body).body());
    }

    @Test
    void promptsAndRefusalsAreThoseOfOllama() throws IOException {
        var faults = new ArrayList<String>();
        int compared = 0;
        try (Stream<Path> files = Files.list(Golden.FOLDER.resolve("gotemplates"))) {
            for (Path file : files.sorted().toList()) {
                JsonNode recording = JSON.readTree(file.toFile());
                try (var server = server(recording.get("template").asText(), "")) {
                    for (String kind : List.of("chat", "generate")) {
                        for (var exchange : recording.path(kind).properties()) {
                            compared++;
                            compare(
                                    server,
                                    kind,
                                    exchange.getValue(),
                                    file.getFileName() + " " + exchange.getKey(),
                                    faults);
                        }
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
        assertThat(compared).isGreaterThan(300);
    }

    private static void compare(TestServer server, String kind, JsonNode exchange, String name, List<String> faults)
            throws IOException {
        ObjectNode body = exchange.get("request").deepCopy();
        body.put("model", "gt").put("_debug_render_only", true).put("stream", false);
        RawClient.Reply reply = server.call("POST", "/api/" + kind, body.toString());
        JsonNode answer = JSON.readTree(reply.body());
        String expected = exchange.has("rendered")
                ? "200 " + exchange.get("rendered").asText()
                : exchange.get("status").asText() + " " + exchange.get("error").asText();
        String actual = reply.status() + " "
                + answer.at("/_debug_info/rendered_template")
                        .asText(answer.path("error").asText());
        if (!expected.equals(actual)) {
            faults.add(name + "\n  Ollama: " + expected + "\n  here:   " + actual);
        }
    }

    @Test
    void aStoredTemplateThatIsNotValidIsRefusedWithGosWords() throws IOException {
        try (var server = server("{{ if .Prompt }}", "")) {
            RawClient.Reply reply = server.call(
                    "POST", "/api/chat", "{\"model\":\"gt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).contains("template: :1: unexpected EOF");
        }
    }

    @Test
    void aSuffixIsFilledInBefore() throws IOException {
        try (var server = server("{{ .System }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>", "")) {
            String body = "{\"model\":\"gt\",\"prompt\":\"a(\",\"suffix\":\")\",\"system\":\"no\",\"stream\":false,"
                    + "\"_debug_render_only\":true}";
            assertThat(post(server, "/api/generate", body)
                            .at("/_debug_info/rendered_template")
                            .asText())
                    .isEqualTo("<no value><PRE>a(<SUF>)<MID>");
        }
    }

    @Test
    void aRequestsOwnTemplateTakesThePlaceOfTheModels() throws IOException {
        try (var server = server("{{ .Prompt }}", "")) {
            String body = "{\"model\":\"gt\",\"prompt\":\"hi\",\"system\":\"S\",\"stream\":false,"
                    + "\"template\":\"{{ .System }}|{{ .Prompt }}|\",\"_debug_render_only\":true}";
            assertThat(post(server, "/api/generate", body)
                            .at("/_debug_info/rendered_template")
                            .asText())
                    .isEqualTo("S|hi|");
        }
    }

    @Test
    void aJinjaTemplateThatOffersMoreMakesThePrompt() throws IOException {
        String jinja = "{{ tools }}{{ tool_calls }}<tool_response><think></think>";
        try (var server = server("{{ .Prompt }}", jinja)) {
            assertThat(post(server, "/api/show", "{\"model\":\"gt\"}")
                            .get("capabilities")
                            .toString())
                    .isEqualTo("[\"tools\",\"thinking\",\"completion\"]");
            String body = "{\"model\":\"gt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":false,"
                    + "\"_debug_render_only\":true}";
            assertThat(post(server, "/api/chat", body)
                            .at("/_debug_info/rendered_template")
                            .asText())
                    .isEqualTo("rendered by Jinja");
        }
    }

    @Test
    void aToolShowsTheKeysThatItsRequestGave() throws IOException {
        try (var server = server("{{ .Tools }}{{ range .Messages }}{{ end }}", "")) {
            String body = "{\"model\":\"gt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":false,"
                    + "\"_debug_render_only\":true,\"tools\":[{\"function\":{\"name\":\"f\"}},{\"type\":\"function\","
                    + "\"function\":{\"name\":\"g\",\"parameters\":{\"properties\":{\"d\":{\"properties\":{}}}}}}]}";
            assertThat(rendered(post(server, "/api/chat", body)))
                    .isEqualTo("[{\"type\":\"\",\"function\":{\"name\":\"f\",\"description\":\"\","
                            + "\"parameters\":{\"type\":\"\",\"properties\":null}}},{\"type\":\"function\","
                            + "\"function\":{\"name\":\"g\",\"description\":\"\",\"parameters\":{\"type\":\"\","
                            + "\"properties\":{\"d\":{\"properties\":{}}}}}}]");
        }
    }

    private static String rendered(JsonNode answer) {
        return answer.at("/_debug_info/rendered_template").asText();
    }

    @Test
    void thinkingAndCallsAreFoundByTheTagsOfTheTemplate() throws IOException {
        String template =
                "{{ .Tools }}{{ range .Messages }}{{ if .Thinking }}<T>{{ .Thinking }}</T>{{ end }}{{ .Content }}{{ if"
                        + " .ToolCalls }}[CALL]{{ range .ToolCalls }}{{ .Function.Name }}{{ end }}{{ end }}{{ end }}";
        engine.answers(
                "<T>hm", "</T> ok [CA", "LL]{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}", " bye");
        try (var server = server(template, "")) {
            String body = "{\"model\":\"gt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":false,"
                    + "\"tools\":[" + WEATHER_TOOL + "]}";
            JsonNode message = post(server, "/api/chat", body).get("message");
            assertThat(message.get("thinking").asText()).isEqualTo("hm");
            assertThat(message.get("content").asText()).isEqualTo("ok ");
            assertThat(message.at("/tool_calls/0/function/name").asText()).isEqualTo("get_weather");
            assertThat(message.at("/tool_calls/0/function/arguments/city").asText())
                    .isEqualTo("Rome");
        }
    }
}
