package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three endpoints for embeddings over a scripted embedder; the model's name is {@code e}, a chat model's is toy.
 */
@Tag("server")
@Timeout(60)
class EmbeddingsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private final List<ScriptedEmbedder> embedders = new CopyOnWriteArrayList<>();
    private final ScriptedEngine engine = new ScriptedEngine(64);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        new GgufWriter()
                .put("general.architecture", GgufValue.of("bert"))
                .put("bert.context_length", GgufValue.ofUnsigned(8_192))
                .put("bert.pooling_type", GgufValue.ofUnsigned(1))
                .tensor("token_embd.weight", GgmlType.F32, List.of(4L), new byte[16])
                .write(folder.resolve("e.gguf"));
        server = new TestServer(new TestServer.Choice(
                List.of(folder),
                Optional.empty(),
                (model, options, progress) -> model.can("embedding")
                        ? new LoadedEngine(embedder(options.contextTokens()), gbnf -> null)
                        : new LoadedEngine(engine, gbnf -> null),
                source -> TestServer::plain,
                10,
                TestServer.limits()));
    }

    private ScriptedEmbedder embedder(int contextTokens) {
        embedders.add(new ScriptedEmbedder(contextTokens));
        return embedders.getLast();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawClient.Reply post(String path, String body) throws IOException {
        return server.call("POST", path, body);
    }

    private JsonNode embed(String rest) throws IOException {
        return JSON.readTree(
                post("/api/embed", "{\"model\":\"e\"," + rest + "}").body());
    }

    private JsonNode loaded() throws IOException {
        return JSON.readTree(server.call("GET", "/api/ps", null).body()).path("models");
    }

    @Test
    void vectorsHaveLengthOneAndAllTokensAreCounted() throws Exception {
        JsonNode reply = embed("\"input\":[\"ab\",\"\"]");
        assertThat(reply.path("embeddings").toString()).isEqualTo("[[0.6,0.8],[0.6,0.8]]");
        assertThat(reply.path("prompt_eval_count").asInt()).isEqualTo(4 + 2);
        assertThat(embedders.getFirst().lastTexts()).containsExactly("^ab$", "^$");
    }

    @Test
    void fewerDimensionsAreCutBeforeTheLengthIsMadeOne() throws Exception {
        embed("\"input\":[]");
        embedders.getFirst().answer = input -> new float[] {3, 4, 12};
        assertThat(embed("\"input\":\"a\",\"dimensions\":2").path("embeddings").toString())
                .isEqualTo("[[0.6,0.8]]");
        for (int ignored : new int[] {0, -1, 3, 4}) {
            assertThat(embed("\"input\":\"a\",\"dimensions\":" + ignored)
                            .path("embeddings")
                            .path(0))
                    .hasSize(3);
        }
    }

    @Test
    void aLongTextKeepsItsStartAndItsEndToken() throws Exception {
        JsonNode reply = embed("\"input\":\"0123456789abc\"");
        assertThat(embedders.getFirst().lastTexts()).containsExactly("^01234567$");
        assertThat(reply.path("prompt_eval_count").asInt()).isEqualTo(10);
        assertThat(embed("\"input\":[\"a\",\"0123456789abc\"],\"truncate\":false")
                        .toString())
                .isEqualTo("{\"error\":\"the input length exceeds the context length\"}");
        assertThat(embed("\"input\":\"01234567\",\"truncate\":false")
                        .path("prompt_eval_count")
                        .asInt())
                .isEqualTo(10);
        post("/v1/embeddings", "{\"model\":\"e\",\"input\":\"0123456789abc\"}");
        assertThat(embedders.getFirst().lastTexts()).containsExactly("^01234567$");
    }

    @Test
    void numbersThatAreNoneAreRefused() throws Exception {
        embed("\"input\":[]");
        embedders.getFirst().answer = input -> new float[] {1, Float.NaN};
        assertThat(embed("\"input\":\"a\"").toString())
                .isEqualTo("{\"error\":\"embedding contains NaN or Inf values\"}");
        embedders.getFirst().answer = input -> new float[] {0, 0};
        assertThat(embed("\"input\":\"a\"").path("embeddings").toString()).isEqualTo("[[0,0]]");
    }

    @Test
    void whatIsNoTextIsRefused() throws Exception {
        for (String input : List.of("5", "{}", "true", "[\"a\",1]", "[null]", "[[1]]")) {
            RawClient.Reply reply = post("/api/embed", "{\"model\":\"e\",\"input\":" + input + "}");
            assertThat(reply.status()).as(input).isEqualTo(400);
            assertThat(reply.body()).isEqualTo("{\"error\":\"invalid input type\"}");
        }
    }

    @Test
    void aListOfTooManyTextsIsRefused() throws Exception {
        String list = "[" + "\"\",".repeat(16_384) + "\"\"]";
        RawClient.Reply reply = post("/api/embed", "{\"model\":\"e\",\"input\":" + list + "}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("input has 16385 texts; send at most 16384");
        assertThat(embedders).isEmpty();
    }

    @Test
    void theModelStaysAndGoesLikeOthers() throws Exception {
        embed("\"input\":\"a\"");
        assertThat(loaded().findValuesAsText("name")).containsExactly("e:latest");
        assertThat(loaded().path(0).path("size").asLong()).isEqualTo(500);
        embed("\"input\":\"a\",\"keep_alive\":0");
        assertThat(loaded()).isEmpty();
        embed("\"input\":\"a\",\"options\":{\"num_ctx\":20}");
        assertThat(loaded().path(0).path("context_length").asInt()).isEqualTo(20);
        assertThat(embedders).hasSize(2);
    }

    @Test
    void anEmbedderThatEndedFailsOneRequestAndIsReplaced() throws Exception {
        embed("\"input\":\"a\"");
        embedders.getFirst().close();
        assertThat(post("/api/embed", "{\"model\":\"e\",\"input\":\"a\"}").status())
                .isEqualTo(503);
        assertThat(embed("\"input\":\"a\"").path("embeddings")).hasSize(1);
        assertThat(embedders).hasSize(2);
    }

    @Test
    void aNativeFailureIsToldInEachEnvelope() throws Exception {
        embed("\"input\":[]");
        embedders.getFirst().answer = input -> {
            throw new EngineException.Failed("llama_decode gave -1", null);
        };
        assertThat(post("/api/embed", "{\"model\":\"e\",\"input\":\"a\"}").body())
                .isEqualTo("{\"error\":\"llama_decode gave -1\"}");
        RawClient.Reply reply = post("/v1/embeddings", "{\"model\":\"e\",\"input\":\"a\"}");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.body())
                .isEqualTo("{\"error\":{\"message\":\"llama_decode gave -1\",\"type\":\"api_error\","
                        + "\"param\":null,\"code\":null}}\n");
    }

    @Test
    void aClientThatLeavesGivesItsTextsUp() throws Exception {
        embed("\"input\":[]");
        ScriptedEmbedder embedder = embedders.getFirst();
        embedder.answer = null;
        try (var client = server.client()) {
            client.send("POST", "/api/embed", "{\"model\":\"e\",\"input\":\"a\"}");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (embedder.results.isEmpty() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        var result = embedder.results.getFirst();
        assertThat(result.handle((vectors, failure) -> result.isCancelled()).get(20, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aChatModelMakesNoVectorsAndAnEmbeddingModelNoText() throws Exception {
        String text = "This server does not support embeddings. Start it with `--embeddings`";
        RawClient.Reply native501 = post("/api/embed", "{\"model\":\"toy\",\"input\":\"a\"}");
        assertThat(native501.status()).isEqualTo(501);
        assertThat(native501.body()).isEqualTo("{\"error\":\"" + text + "\"}");
        assertThat(post("/api/embeddings", "{\"model\":\"toy\",\"prompt\":\"a\"}")
                        .status())
                .isEqualTo(500);
        assertThat(JSON.readTree(post("/v1/embeddings", "{\"model\":\"toy\",\"input\":\"a\"}")
                                .body())
                        .path("error")
                        .path("message")
                        .asText())
                .isEqualTo(text);
        String chat = "{\"model\":\"e\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        assertThat(post("/api/chat", chat).body()).isEqualTo("{\"error\":\"\\\"e\\\" does not support chat\"}");
        assertThat(post("/v1/chat/completions", chat).status()).isEqualTo(400);
        assertThat(loaded()).isEmpty();
    }

    @Test
    void base64IsLittleEndianFloats() throws Exception {
        JsonNode reply = JSON.readTree(
                post("/v1/embeddings", "{\"model\":\"e\",\"input\":[\"a\",\"\"],\"encoding_format\":\"BASE64\"}")
                        .body());
        assertThat(reply.path("data")).hasSize(2);
        byte[] bytes = Base64.getDecoder()
                .decode(reply.path("data").path(1).path("embedding").asText());
        ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new float[] {floats.getFloat(), floats.getFloat()}).containsExactly(0.6f, 0.8f);
        assertThat(floats.hasRemaining()).isFalse();
        assertThat(reply.path("usage").toString()).isEqualTo("{\"prompt_tokens\":5,\"total_tokens\":5}");
    }
}
