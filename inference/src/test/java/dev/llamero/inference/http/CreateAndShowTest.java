package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a model is made of, and how it is shown: cases in which a real Ollama was compared (specification 15.3, 17.4).
 */
@Tag("server")
@Timeout(60)
class CreateAndShowTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(RecordedStore.withHeaders(folder, List.of("smol", "tiny-qwen3"))),
                TestServer.factory(new ScriptedEngine(512)),
                source -> TestServer::plain,
                512,
                TestServer.limits()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawClient.Reply create(String members) throws IOException {
        return server.call("POST", "/api/create", "{\"model\":\"new\",\"stream\":false," + members + "}");
    }

    private JsonNode shown(String from, String members) throws IOException {
        RawClient.Reply made = create("\"from\":\"" + from + "\"," + members);
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        return show("{\"model\":\"new\"}");
    }

    private JsonNode show(String body) throws IOException {
        RawClient.Reply reply = server.call("POST", "/api/show", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return JSON.readTree(reply.body());
    }

    @Test
    void parametersAreShownAsGoPrintsThem() throws IOException {
        JsonNode model = shown(
                "smol",
                "\"parameters\":{\"stop\":[\"<a>\",\"\\\"\"],\"num_ctx\":1048576,\"temperature\":1e-7,"
                        + "\"seed\":42,\"top_p\":100000000000000000000,\"unknown\":null}");
        assertThat(model.path("parameters").asText().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "num_ctx 1.048576e+06",
                        "seed 42",
                        "stop \"<a>\"",
                        "stop \"\\\"\"",
                        "temperature 1e-07",
                        "top_p 1e+20",
                        "unknown <nil>");
        assertThat(model.path("modelfile").asText())
                .contains("\nPARAMETER num_ctx 1.048576e+06\n", "\nPARAMETER stop <a>\nPARAMETER stop \"\n");
    }

    @Test
    void optionsOfTheRequestAreInTheModelfileAlone() throws IOException {
        shown("smol", "\"parameters\":{\"stop\":[\"own\"]}");
        JsonNode model = show("{\"model\":\"new\",\"options\":{\"temperature\":0.25}}");
        assertThat(model.path("modelfile").asText()).contains("PARAMETER temperature 0.25\n");
        assertThat(model.path("parameters").asText()).doesNotContain("temperature");
    }

    @Test
    void detailsAndCapabilitiesComeFromTheConfig() throws IOException {
        JsonNode model = shown(
                "smol",
                "\"info\":{\"model_family\":\"f\",\"parameter_size\":\"3B\",\"quantization_level\":\"q\","
                        + "\"capabilities\":[\"vision\"]}");
        assertThat(model.path("details").path("family").asText()).isEqualTo("f");
        assertThat(model.path("details").path("families").toString()).isEqualTo("[\"f\",\"llama\"]");
        assertThat(model.path("details").path("parameter_size").asText()).isEqualTo("3B");
        assertThat(model.path("details").path("quantization_level").asText()).isEqualTo("q");
        assertThat(model.path("capabilities").toString()).isEqualTo("[\"vision\",\"completion\"]");
    }

    @Test
    void theTemplateThatMakesThePromptsIsShown() throws IOException {
        String template = "\"template\":\"{{ .Prompt }}\"";
        assertThat(shown("tiny-qwen3", template).path("template").asText()).contains("add_generation_prompt");
        assertThat(shown("tiny-qwen3", template + ",\"renderer\":\"x\"")
                        .path("template")
                        .asText())
                .isEqualTo("{{ .Prompt }}");
        assertThat(shown("smol", template).path("template").asText()).isEqualTo("{{ .Prompt }}");
    }

    @Test
    void aToolCallOfAStoredMessageKeepsItsIndex() throws IOException {
        String call = "{\"id\":\"q\",\"function\":{\"index\":3,\"name\":\"f\",\"arguments\":{}}}";
        RawClient.Reply made = server.call(
                "POST",
                "/api/create",
                "{\"model\":\"new\",\"from\":\"smol\",\"messages\":[{\"role\":\"assistant\",\"content\":\"\","
                        + "\"tool_calls\":[" + call + "]}]}");
        // The digest of what Ollama writes for these messages.
        assertThat(made.body()).contains("2ee38d67140987dd2d7d9a2ae56263ea29a66d0925f7101dcf2548961da28630");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "from":"smol","draft_quantize":"q4_0"        | 400 | application/json; charset=utf-8 | --draft-quantize \
        requires a DRAFT model
        "from":"smol","adapters":{}                  | 400 | application/json | unknown type
        "from":"smol","adapters":{"a.gguf":"abc"}    | 400 | application/json | invalid digest format
        "from":"smol:local:cloud"                    | 400 | application/json | invalid model name
        "from":"smol","info":{"context_length":1e300} | 400 | application/json | info field "context_length" \
        must be a non-negative integer
        "from":"smol","info":{"base_name":5,"context_length":"x"} | 400 | application/json | info field \
        "base_name" must be a string
        "files":{"m.gguf":"abc"}                     | 500 | application/json | invalid digest format
        "files":{}                                   | 400 | application/json | unknown type
        """)
    void faultsHaveOllamasStatusTypeAndText(String members, int status, String type, String text) throws IOException {
        RawClient.Reply refused = create(members);
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.header("content-type")).contains(type);
        assertThat(JSON.readTree(refused.body()).path("error").asText()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        /api/show | {"model":"smol","template":5} | json: cannot unmarshal number into Go struct field \
        ShowRequest.template of type string
        /api/pull | {"model":"a","username":5}    | json: cannot unmarshal number into Go struct field \
        PullRequest.username of type string
        /api/push | {"model":"a","password":5}    | json: cannot unmarshal number into Go struct field \
        PushRequest.password of type string
        """)
    void fieldsWithoutEffectHaveTheirTypes(String path, String body, String text) throws IOException {
        RawClient.Reply refused = server.call("POST", path, body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).path("error").asText()).isEqualTo(text);
    }
}
