package dev.llamero.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.benchmarks.servers.ServerKind;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against servers on real sockets. */
class StreamClientTest {
    private ScriptedModelServer server;
    private StreamClient client;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedModelServer();
        client = new StreamClient();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void headerChunksAreNoPieces() throws IOException {
        Answer answer = client.ask(target(ServerKind.OLLAMA), new Question("a b c", 5));
        assertThat(answer.pieces()).hasSize(5).isSorted();
        assertThat(answer.pieces()[0]).isGreaterThan(answer.sent());
        assertThat(answer.text()).isEqualTo("w w w w w ");
        assertThat(answer.promptTokens()).isEqualTo(3);
        assertThat(answer.outputTokens()).isEqualTo(5);
        assertThat(answer.dropped()).isFalse();
    }

    @Test
    void thinkingIsAPieceButNotTheFirstOfTheAnswer() throws IOException {
        Answer answer = client.ask(target(ServerKind.LLAMA_SERVER), new Question("a b", 4));
        assertThat(answer.text()).isEqualTo("hm w w w ");
        assertThat(answer.firstAnswerPiece()).isEqualTo(answer.pieces()[1]);
        assertThat(answer.decodeCalls()).isEqualTo(1);
    }

    @Test
    void everyKindIsAskedInItsOwnWords() throws IOException {
        for (ServerKind kind : ServerKind.values()) {
            client.ask(target(kind), new Question("a", 4));
        }
        assertThat(server.asked().get(0).path("options").path("num_predict").asInt())
                .isEqualTo(4);
        assertThat(server.asked().get(1).path("cache_prompt").asBoolean()).isTrue();
        assertThat(server.asked().get(2).has("cache_prompt")).isFalse();
        assertThat(server.asked()
                        .get(2)
                        .path("stream_options")
                        .path("include_usage")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aClientThatLeavesIsSeenByTheServer() throws IOException, InterruptedException {
        Answer answer = client.askAndLeave(
                target(ServerKind.OLLAMA), new Question("a", Integer.MAX_VALUE), Duration.ofMillis(100));
        assertThat(answer.dropped()).isTrue();
        assertThat(server.clientLeft().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusalIsAFailureWithTheServersWords() {
        server.refuseChats();
        assertThatThrownBy(() -> client.ask(target(ServerKind.OLLAMA), new Question("a", 4)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("s answered 404");
    }

    @Test
    void aKeptConnectionThatTheServerHasClosedIsReplaced() throws IOException, InterruptedException {
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Length: 55\r\n\r\n"
                        + "{\"message\":{\"content\":\"x\"},\"done\":true,\"eval_count\":1}\n")
                .getBytes(StandardCharsets.UTF_8);
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = Thread.ofVirtual().start(() -> answerOnceEach(listener, answer));
            var target = target(ServerKind.OLLAMA, "http://127.0.0.1:" + listener.getLocalPort());
            assertThat(client.ask(target, new Question("a", 1)).text()).isEqualTo("x");
            assertThat(client.ask(target, new Question("a", 1)).text()).isEqualTo("x");
            peer.join();
        }
    }

    private static void answerOnceEach(ServerSocket listener, byte[] answer) {
        for (int i = 0; i < 2; i++) {
            try (Socket socket = listener.accept()) {
                socket.getInputStream().read(new byte[1 << 16]);
                socket.getOutputStream().write(answer);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private Target target(ServerKind kind) {
        return target(kind, server.address());
    }

    private static Target target(ServerKind kind, String address) {
        return new Target("s", kind, URI.create(address), "m", "");
    }
}
