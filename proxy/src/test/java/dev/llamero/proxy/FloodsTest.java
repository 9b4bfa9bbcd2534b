package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that open, send or leave unread more than is good; the others are served afterwards. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FloodsTest {
    private static final String NOWHERE = "http://127.0.0.1:9";
    private static final String HEALTH = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    private static final String CHUNKED =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final int MANY = 1_000;

    @TempDir
    Path folder;

    @Test
    void aConnectionMoreThanTheLimitWaitsUntilAnotherEnds() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--max-connections", "2");
                Socket first = proxy.connect();
                Socket second = proxy.connect()) {
            assertThat(health(first)).isEqualTo(200);
            assertThat(health(second)).isEqualTo(200);
            try (Socket third = proxy.connect()) {
                third.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
                third.setSoTimeout(500);
                assertThatThrownBy(() -> third.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                // The sending half is enough for the proxy to close its end.
                first.shutdownOutput();
                third.setSoTimeout(20_000);
                assertThat(RunningProxy.Answer.read(third.getInputStream()).status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void handshakesThatFailGiveTheirPlacesBack() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("fine"));
                var proxy = new RunningProxy(
                        upstream.url(),
                        "--tls",
                        "local",
                        "--tls-folder",
                        folder.toString(),
                        "--max-connections",
                        "2")) {
            for (int i = 0; i < 5; i++) {
                try (Socket socket = proxy.connect()) {
                    socket.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
                    assertThat(SlowConnectionsTest.end(socket)).isTrue();
                }
            }
            var client = new TrustingClient(folder.resolve("root.pem"));
            assertThat(client.chat(HttpClient.Version.HTTP_2, proxy.port(), RunningProxy.CHAT)
                            .body())
                    .contains("fine");
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /healthz", "GET, /nope", "GET, /v1/models", "POST, /v1/chat/completions"})
    void whoAsksAndAsksAndReadsNoAnswersIsCut(String method, String path) throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("fine"));
                var proxy = new RunningProxy(upstream.url(), "--slow-client-timeout", "300ms");
                var deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
            String request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + (method.equals("GET") ? "\r\n" : "Content-Length: 2\r\n\r\n{}");
            assertThat(floods(deaf, request.repeat(100))).isTrue();
            String endedBy = "";
            while (!endedBy.equals("client")) {
                endedBy = proxy.accessJson().path("endedBy").asText();
            }
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("fine");
        }
    }

    @Test
    void aClientThatClosesItsSendingHalfCountsAsGone() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> wire.awaitClose(closed));
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            upstream.request();
            client.shutdownOutput();
            assertThat(closed.await(20, TimeUnit.SECONDS))
                    .as("the upstream saw the cancel")
                    .isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
        }
    }

    /** No deadline helps: small chunks for ever, a large one, a size, an extension, trailers, each ends by its size. */
    @ParameterizedTest
    @CsvSource({"1\\r\\nx\\r\\n, again", "7fffffff\\r\\n, x", "'', 1", "1;, x", "0\\r\\n, X-A: b\\r\\n", "0\\r\\n, x"})
    void chunkedBodiesWithoutEndAreCutByTheirSize(String start, String more) throws Exception {
        flood("", start, more, 400);
    }

    /** Who is refused before the body is read may not flood either. */
    @ParameterizedTest
    @CsvSource({"7fffffff\\r\\n, x", "'', 1", "0\\r\\n, x"})
    void bodiesThatNobodyReadsAreCutToo(String start, String more) throws Exception {
        flood("secret", start, more, 401);
    }

    private static void flood(String key, String start, String more, int statusMin) throws Exception {
        String begin = start.replace("\\r\\n", "\r\n");
        String rest = more.equals("again") ? begin : more.replace("\\r\\n", "\r\n");
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("fine"));
                var proxy = new RunningProxy(
                        upstream.url(),
                        "--max-body",
                        "4K",
                        "--head-timeout",
                        "1h",
                        "--body-timeout",
                        "1h",
                        "--slow-client-timeout",
                        "1h",
                        "--api-key",
                        key);
                Socket client = proxy.connect()) {
            client.getOutputStream().write((CHUNKED + begin).getBytes(StandardCharsets.US_ASCII));
            assertThat(floods(client, rest.repeat(MANY))).isTrue();
            assertThat(proxy.accessJson().path("status").asInt()).isBetween(statusMin, 499);
            assertThat(proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key).body())
                    .contains("fine");
        }
    }

    @Test
    void aBodyThatDribblesInChunksIsCutByItsTime() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--body-timeout", "300ms", "--slow-client-timeout", "1h");
                Socket client = proxy.connect()) {
            client.getOutputStream().write(CHUNKED.getBytes(StandardCharsets.US_ASCII));
            assertThat(floods(client, "1\r\n \r\n")).isTrue();
            assertThat(proxy.accessJson().path("status").asInt()).isEqualTo(408);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-A: b\r\n", "aaaaaaaa"})
    void headersWithoutEndAreCutByTheirSize(String piece) throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("fine"));
                var proxy = new RunningProxy(upstream.url(), "--max-head", "4K", "--head-timeout", "1h");
                Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            assertThat(floods(client, piece.repeat(MANY))).isTrue();
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("fine");
        }
    }

    /** Writes without reading until the other side has closed. */
    private static boolean floods(Socket client, String piece) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
        try {
            while (!client.isClosed()) {
                client.getOutputStream().write(bytes);
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private static int health(Socket client) throws IOException {
        client.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
        return RunningProxy.Answer.read(client.getInputStream()).status();
    }
}
