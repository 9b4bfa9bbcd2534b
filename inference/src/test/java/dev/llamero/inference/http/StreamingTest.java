package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client sees on the wire while an answer is made, and what happens to the work when it leaves. */
@Tag("server")
@Timeout(60)
class StreamingTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CHAT =
            "{\"model\":\"toy\",\"think\":false,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    Path folder;

    private final ScriptedEngine engine = new ScriptedEngine(4_096);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        server = TestServer.scripted(engine, folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void eachPieceIsAChunkOfItsOwnAndComesBeforeTheNextIsMade() throws Exception {
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            var generation = engine.next();
            generation.say("Hel");
            assertThat(client.head().header("content-type")).contains("application/x-ndjson");
            assertThat(content(client.chunk().orElseThrow())).isEqualTo("Hel");
            generation.say("lo");
            assertThat(content(client.chunk().orElseThrow())).isEqualTo("lo");
            generation.finish(FinishReason.STOP);
            JsonNode last = JSON.readTree(client.chunk().orElseThrow());
            assertThat(last.path("done").asBoolean()).isTrue();
            assertThat(last.path("done_reason").asText()).isEqualTo("stop");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void aClientThatLeavesInPrefillCancelsTheWork() throws Exception {
        ScriptedEngine.ScriptedGeneration generation;
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            generation = engine.next();
        }
        assertThat(generation.awaitCancel()).isTrue();
    }

    @Test
    void aClientThatLeavesInPrefillOfAWholeReplyCancelsTheWork() throws Exception {
        ScriptedEngine.ScriptedGeneration generation;
        try (var client = server.client()) {
            client.send("POST", "/api/generate", "{\"model\":\"toy\",\"prompt\":\"hi\",\"stream\":false}");
            generation = engine.next();
        }
        assertThat(generation.awaitCancel()).isTrue();
    }

    @Test
    void aClientThatLeavesInDecodeCancelsTheWorkWithoutAnotherPiece() throws Exception {
        ScriptedEngine.ScriptedGeneration generation;
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            generation = engine.next();
            generation.say("one");
            client.head();
            client.chunk();
        }
        assertThat(generation.awaitCancel()).isTrue();
    }

    @Test
    void aFinishedAnswerIsNotCancelledByTheNextRequestOnItsConnection() throws Exception {
        engine.answers("yes");
        try (var client = server.client()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST", "/api/chat", CHAT);
                assertThat(client.reply(false).body()).contains("\"yes\"");
            }
        }
        assertThat(engine.generations()).hasSize(3);
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws Exception {
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            var generation = engine.next();
            String page = "x".repeat(1 << 20);
            for (int i = 0; i < 64; i++) {
                generation.say(page);
            }
            assertThat(generation.awaitCancel()).isTrue();
        }
    }

    @Test
    void aFailureBeforeTheFirstPieceHasAStatus() throws Exception {
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            engine.next().fail(new EngineException.Failed("decode failed with -3", null));
            var reply = client.reply(false);
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).isEqualTo("{\"error\":\"decode failed with -3\"}");
        }
    }

    @Test
    void aFailureAfterTheFirstPieceIsTheLastLine() throws Exception {
        try (var client = server.client()) {
            client.send("POST", "/api/chat", CHAT);
            var generation = engine.next();
            generation.say("one");
            generation.fail(new EngineException.Failed("decode failed with -3", null));
            String[] lines = client.reply(false).body().split("\n");
            assertThat(lines).hasSize(2);
            assertThat(lines[1])
                    .isEqualTo(
                            "{\"error\":\"an error was encountered while running the model: decode failed with -3\"}");
        }
    }

    @Test
    void connectionCloseClosesTheConnectionAfterTheReply() throws Exception {
        engine.answers("yes");
        try (var client = server.client()) {
            client.send("POST", "/api/chat", List.of(List.of("Connection", "close")), CHAT);
            assertThat(client.reply(false).status()).isEqualTo(200);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        try (var client = server.client()) {
            String head = "POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n";
            client.write(head.getBytes(StandardCharsets.US_ASCII));
            var reply = client.reply(false);
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.body()).isEqualTo("{\"error\":\"request body is larger than 64 MiB\"}");
        }
    }

    @Test
    void chineseAndEmojiSurviveARequestThatArrivesByteByByte() throws Exception {
        String text = "你好 😀👨‍👩‍👧";
        engine.answers("好", "😀");
        byte[] body =
                ("{\"model\":\"toy\",\"think\":false,\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                                + text + "\"}]}")
                        .getBytes(StandardCharsets.UTF_8);
        try (var client = server.client()) {
            client.write(("POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (byte one : body) {
                client.write(new byte[] {one});
            }
            assertThat(content(client.reply(false).body())).isEqualTo("好😀");
        }
        assertThat(engine.next().request.promptText()).contains(text);
    }

    @Test
    void chunkedRequestsAreRead() throws Exception {
        engine.answers("yes");
        try (var client = server.client()) {
            var message = new StringBuilder(
                    "POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String piece : CHAT.split("(?<=:)")) {
                message.append(Integer.toHexString(piece.length()))
                        .append("\r\n")
                        .append(piece)
                        .append("\r\n");
            }
            client.write(message.append("0\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            assertThat(client.reply(false).body()).contains("\"yes\"");
        }
    }

    @Test
    void theRequestIdIsReturnedOrMade() throws Exception {
        var given = server.call("GET", "/api/version", List.of(List.of("X-Request-ID", "abc-1")), null);
        assertThat(given.header("x-request-id")).contains("abc-1");
        var bad = server.call("GET", "/api/version", List.of(List.of("X-Request-ID", "a b")), null);
        assertThat(bad.header("x-request-id").orElseThrow()).matches("req-[0-9a-f]{16}");
    }

    @Test
    void aStoppedServerTakesNoMoreConnections() throws Exception {
        int port = server.port();
        server.close();
        assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(SocketException.class);
    }

    private static String content(String line) throws IOException {
        return JSON.readTree(line).path("message").path("content").asText();
    }
}
