package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Start, stop, and clients that are too slow. */
class ProxyLifeTest {
    private static final int BOUND_SECONDS = 20;

    @Test
    void aTakenPortIsASentence() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() ->
                            new RunningProxy("http://127.0.0.1:9", "--port", String.valueOf(taken.getLocalPort())))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " on 127.0.0.1 cannot be used")
                    .hasMessageContaining("--port");
        }
    }

    @Test
    void mainExitsWithOneAndASentenceIfThePortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process process = main("--port", String.valueOf(taken.getLocalPort()));
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output).contains("cannot be used; another program may listen on it");
        }
    }

    @Test
    void mainRefusesToListenBeyondLoopbackWithoutAKey() throws Exception {
        Process process = main("--port", "0", "--host", "0.0.0.0");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(output).contains("callers need a key");
    }

    @Test
    void aStopLetsARunningAnswerFinishAndTakesNoNewConnections() throws Exception {
        var goOn = new CountDownLatch(1);
        ScriptedUpstream.Script slow = wire -> {
            wire.raw(NDJSON_HEAD);
            wire.chunk(line("one"));
            assertThat(goOn.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            wire.chunk(line("two") + lastLine());
            wire.raw("0\r\n\r\n");
        };
        try (var upstream = new ScriptedUpstream(slow, answer("other"))) {
            var proxy = new RunningProxy(upstream.url(), "--shutdown-grace", "20s");
            try (Socket client = proxy.connect();
                    Socket other = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                RunningProxy.Answer.readHead(client.getInputStream());
                RunningProxy.Answer.readChunk(client.getInputStream());
                Thread stop = Thread.ofVirtual().start(proxy::close);
                // New work is refused from the moment that the stop begins.
                RunningProxy.Answer refused;
                do {
                    RunningProxy.send(other, "POST", "/v1/chat/completions", RunningProxy.CHAT);
                    refused = RunningProxy.Answer.read(other.getInputStream());
                } while (refused.status() == 200);
                assertThat(refused.json().at("/error/code").asText()).isEqualTo("shutting_down");
                goOn.countDown();
                String rest =
                        new String(RunningProxy.Answer.readChunk(client.getInputStream()), StandardCharsets.UTF_8);
                assertThat(rest).contains("two").endsWith("data: [DONE]\n\n");
                assertThat(stop.join(java.time.Duration.ofSeconds(BOUND_SECONDS)))
                        .isTrue();
            }
            assertThatThrownBy(proxy::connect).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void anAnswerThatOutlastsTheGraceEndsWithAnErrorEvent() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
            wire.raw(NDJSON_HEAD);
            wire.chunk(line("one"));
            wire.awaitClose(closed);
        })) {
            var proxy = new RunningProxy(upstream.url(), "--shutdown-grace", "200ms");
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                RunningProxy.Answer.readHead(client.getInputStream());
                RunningProxy.Answer.readChunk(client.getInputStream());
                proxy.close();
                String event =
                        new String(RunningProxy.Answer.readChunk(client.getInputStream()), StandardCharsets.UTF_8);
                assertThat(event).contains("the proxy was stopped before the answer was complete");
            }
            assertThat(closed.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("shutdown");
        }
    }

    @Test
    void aClientThatReadsNothingIsCutAndTheUpstreamStopped() throws Exception {
        var stopped = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    try {
                        while (true) {
                            wire.chunk(line("word ".repeat(1000)));
                        }
                    } finally {
                        stopped.countDown();
                    }
                });
                var proxy = new RunningProxy(upstream.url(), "--slow-client-timeout", "400ms");
                Socket client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            assertThat(stopped.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
        }
    }

    @Test
    void aClientThatSendsHalfABodyIsCut() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url(), "--slow-client-timeout", "400ms");
                Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
            // The next client is served: nothing of the interrupt was left behind.
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
        }
    }

    /** The real main in a process of its own, its log joined to its output. */
    private static Process main(String... arguments) throws IOException {
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ProxyServer.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("LLAMERO_API_KEY");
        return builder.start();
    }
}
