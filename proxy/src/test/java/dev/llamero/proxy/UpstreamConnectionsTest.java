package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to model servers: what ends them, what must not be taken for an answer, whom the proxy believes. */
class UpstreamConnectionsTest {
    private static final int BOUND_SECONDS = 20;
    private static final String STOLEN = NDJSON_HEAD + chunk(line("of another") + lastLine()) + "0\r\n\r\n";

    @TempDir
    private Path folder;

    /** What a server says after the end of its answer would else be the next caller's answer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFollowsAnAnswerIsNotTheNextOne(boolean chunked) throws Exception {
        var answered = new CountDownLatch(1);
        var said = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(
                        wire -> {
                            String body = line("one") + lastLine();
                            wire.raw(
                                    chunked
                                            ? NDJSON_HEAD + chunk(body) + "0\r\n\r\n"
                                            : "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                                    + body);
                            assertThat(answered.await(BOUND_SECONDS, TimeUnit.SECONDS))
                                    .isTrue();
                            wire.raw(STOLEN);
                            said.countDown();
                        },
                        answer("mine"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("one");
            answered.countDown();
            assertThat(said.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("mine").doesNotContain("of another");
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    @Test
    void aBodyLongerThanItsLengthIsCutThereAndItsConnectionNotUsedAgain() throws Exception {
        String body = line("one") + lastLine();
        try (var upstream = new ScriptedUpstream(
                        wire -> wire.raw(
                                "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body + STOLEN),
                        answer("mine"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.STREAM).body()).contains("one").doesNotContain("of another");
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("mine").doesNotContain("of another");
        }
    }

    @Test
    void countsThatNobodyCanBelieveAreBounded() throws Exception {
        String last = lastLine()
                .replace("\"prompt_eval_count\":12", "\"prompt_eval_count\":" + Long.MAX_VALUE)
                .replace("\"eval_count\":3", "\"eval_count\":-3");
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD + chunk(line("one") + last) + "0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url())) {
            var usage = proxy.chat(RunningProxy.CHAT).json().path("usage");
            assertThat(usage.path("prompt_tokens").asLong()).isEqualTo(1L << 40);
            assertThat(usage.path("completion_tokens").asLong(-1)).isZero();
            assertThat(usage.path("total_tokens").asLong()).isEqualTo(1L << 40);
        }
    }

    /** A full queue of the system takes no connection and refuses none. */
    @Test
    void aServerThatTakesNoConnectionIs502WhenTheTimeForItIsOver() throws Exception {
        List<Socket> queued = new ArrayList<>();
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, queued);
            String list = "[{url: 'http://127.0.0.1:" + full.getLocalPort() + "', kind: ollama, models: [m]}]";
            try (var proxy =
                    new RunningProxy(Path.of("absent.yaml"), "--upstreams", list, "--connect-timeout", "200ms")) {
                var got = proxy.chat(RunningProxy.CHAT);
                assertThat(got.status()).isEqualTo(502);
                assertThat(got.json().at("/error/code").asText()).isEqualTo("upstream_unreachable");
                assertThat(got.json().at("/error/message").asText()).contains("timed out");
            }
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    private static void fill(ServerSocket listener, List<Socket> queued) throws IOException {
        for (boolean taken = true; taken && queued.size() < 100; ) {
            var socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 500);
            } catch (SocketTimeoutException e) {
                taken = false;
            }
        }
    }

    @Test
    void aServerWhoseCertificateNobodyKnowsIsNotBelieved() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var behindTls = new RunningProxy(upstream.url(), "--tls", "local", "--tls-folder", folder.toString())) {
            String list = "[{url: 'https://127.0.0.1:" + behindTls.port() + "', kind: openai, models: [m]}]";
            try (var proxy = new RunningProxy(Path.of("absent.yaml"), "--upstreams", list)) {
                var got = proxy.chat(RunningProxy.CHAT);
                assertThat(got.status()).isEqualTo(502);
                assertThat(got.json().at("/error/message").asText()).contains("certification path");
                assertThat(upstream.isIdle()).isTrue();
            }
        }
    }

    @Test
    void nothingIsCompressedWhateverTheCallerTakes() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("word ".repeat(1000)));
                var proxy = new RunningProxy(upstream.url())) {
            for (String body : List.of(RunningProxy.CHAT, RunningProxy.STREAM)) {
                var got = proxy.chat(body, "Accept-Encoding: gzip, deflate, br");
                assertThat(got.header("Content-Encoding")).isEmpty();
                assertThat(got.body()).contains("word word");
                assertThat(upstream.request().head()).doesNotContainIgnoringCase("accept-encoding");
            }
        }
    }

    /** As curl sends larger bodies. */
    @Test
    void aCallerThatAsksBeforeItSendsItsBodyIsToldToGoOn() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("fine"));
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            byte[] body = RunningProxy.CHAT.getBytes(StandardCharsets.UTF_8);
            client.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
                                    + "Content-Length: " + body.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(RunningProxy.Answer.readHead(client.getInputStream())).startsWith("HTTP/1.1 100 ");
            client.getOutputStream().write(body);
            assertThat(RunningProxy.Answer.read(client.getInputStream()).body()).contains("fine");
        }
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}
