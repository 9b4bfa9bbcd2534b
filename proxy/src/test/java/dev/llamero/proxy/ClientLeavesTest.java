package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that leaves stops the work upstream, whatever the upstream is doing then, streamed or not. */
class ClientLeavesTest {
    private static final int BOUND_SECONDS = 10;

    @ParameterizedTest
    @ValueSource(strings = {RunningProxy.STREAM, RunningProxy.CHAT})
    void beforeTheHeadOfTheAnswer(String body) throws Exception {
        leaveDuring(body, "", 499);
    }

    @ParameterizedTest
    @ValueSource(strings = {RunningProxy.STREAM, RunningProxy.CHAT})
    void betweenHeadAndFirstToken(String body) throws Exception {
        leaveDuring(body, NDJSON_HEAD, 499);
    }

    @ParameterizedTest
    @ValueSource(strings = {RunningProxy.STREAM, RunningProxy.CHAT})
    void inTheMiddleWhileTheUpstreamIsSilent(String body) throws Exception {
        leaveDuring(body, NDJSON_HEAD + chunk(line("one")), 499);
    }

    @ParameterizedTest
    @ValueSource(strings = {RunningProxy.STREAM, RunningProxy.CHAT})
    void inTheMiddleWhileTheUpstreamFloods(String body) throws Exception {
        var started = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    started.countDown();
                    try {
                        while (true) {
                            wire.chunk(line("word ".repeat(100)));
                        }
                    } finally {
                        stopped.countDown();
                    }
                });
                var proxy = new RunningProxy(upstream.url())) {
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", body);
                assertThat(started.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(stopped.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RunningProxy.STREAM, RunningProxy.CHAT})
    void afterAnEarlierAnswerOnTheSameConnection(String body) throws Exception {
        var arrived = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(answer("first"), wire -> {
                    arrived.countDown();
                    wire.awaitClose(closed);
                });
                var proxy = new RunningProxy(upstream.url())) {
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", body);
                assertThat(RunningProxy.Answer.read(client.getInputStream()).body())
                        .contains("first");
                RunningProxy.send(client, "POST", "/v1/chat/completions", body);
                assertThat(arrived.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(closed.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The upstream sends some bytes, then nothing until the proxy closes its connection. */
    private static void leaveDuring(String body, String sentBefore, int status) throws Exception {
        var silent = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(sentBefore);
                    silent.countDown();
                    wire.awaitClose(closed);
                });
                var proxy = new RunningProxy(upstream.url())) {
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", body);
                assertThat(silent.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(closed.await(BOUND_SECONDS, TimeUnit.SECONDS))
                    .as("the upstream saw the cancel")
                    .isTrue();
            var line = proxy.accessJson();
            assertThat(line.path("endedBy").asText()).isEqualTo("client");
            assertThat(line.path("status").asInt()).isEqualTo(status);
        }
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}
