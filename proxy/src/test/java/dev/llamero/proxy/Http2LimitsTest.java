package dev.llamero.proxy;

import static dev.llamero.proxy.Http2Frames.CONTINUATION;
import static dev.llamero.proxy.Http2Frames.DATA;
import static dev.llamero.proxy.Http2Frames.END_HEADERS;
import static dev.llamero.proxy.Http2Frames.END_STREAM;
import static dev.llamero.proxy.Http2Frames.HEADERS;
import static dev.llamero.proxy.Http2Frames.PREFACE;
import static dev.llamero.proxy.Http2Frames.SETTINGS;
import static dev.llamero.proxy.Http2Frames.dribble;
import static dev.llamero.proxy.Http2Frames.ends;
import static dev.llamero.proxy.Http2Frames.field;
import static dev.llamero.proxy.Http2Frames.frame;
import static dev.llamero.proxy.Http2Frames.next;
import static dev.llamero.proxy.Http2Frames.post;
import static dev.llamero.proxy.Http2Frames.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of HTTP/2 that take their time, frame by frame on a real socket (RFC 9113, section 4.1). */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class Http2LimitsTest {
    private static final String NOWHERE = "http://127.0.0.1:9";
    private static final byte[] NO_WINDOW = {0, 4, 0, 0, 0, 0};

    @TempDir
    Path folder;

    private RunningProxy proxy(String upstream, String... more) {
        var all = new ArrayList<>(List.of("--tls", "local", "--tls-folder", folder.toString()));
        all.addAll(Arrays.asList(more));
        return new RunningProxy(upstream, all.toArray(String[]::new));
    }

    private SSLSocket connect(RunningProxy proxy) throws Exception {
        return connect(proxy, "h2");
    }

    private SSLSocket connect(RunningProxy proxy, String protocol) throws Exception {
        return new TrustingClient(folder.resolve("root.pem")).patiently(proxy.port(), protocol);
    }

    @Test
    void silenceAfterTheHandshakeIsCut() throws Exception {
        try (var proxy = proxy(NOWHERE, "--head-timeout", "300ms", "--keep-alive-timeout", "1h");
                SSLSocket client = connect(proxy)) {
            assertThat(ends(client)).isTrue();
        }
    }

    @Test
    void silenceAfterAHandshakeThatNamedNoProtocolIsCut() throws Exception {
        try (var proxy = proxy(NOWHERE, "--head-timeout", "300ms", "--keep-alive-timeout", "1h");
                SSLSocket client = connect(proxy, "")) {
            assertThat(ends(client)).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws Exception {
        try (var proxy = proxy(NOWHERE, "--head-timeout", "1h", "--keep-alive-timeout", "300ms");
                SSLSocket client = connect(proxy)) {
            write(client, PREFACE, frame(SETTINGS, 0, 0, new byte[0]));
            assertThat(ends(client)).isTrue();
        }
    }

    @Test
    void headersThatNeverEndAreCut() throws Exception {
        try (var proxy = proxy(NOWHERE, "--head-timeout", "300ms", "--keep-alive-timeout", "1h");
                SSLSocket client = connect(proxy)) {
            write(client, PREFACE, frame(SETTINGS, 0, 0, new byte[0]), frame(HEADERS, 0, 1, post()));
            byte[] more = frame(CONTINUATION, 0, 1, field("x-a", "b"));
            assertThat(dribble(client, more)).isTrue();
        }
    }

    @Test
    void headersLargerThanTheLimitAreRefused() throws Exception {
        try (var proxy = proxy(NOWHERE, "--max-head", "4K");
                SSLSocket client = connect(proxy)) {
            var head = new ByteArrayOutputStream();
            head.writeBytes(post());
            for (int i = 0; i < 100; i++) {
                head.writeBytes(field("x-header-" + i, "a".repeat(100)));
            }
            write(client, PREFACE, frame(SETTINGS, 0, 0, new byte[0]));
            write(client, frame(HEADERS, END_HEADERS | END_STREAM, 1, head.toByteArray()));
            assertThat(ends(client)).as("the connection ends").isTrue();
        }
    }

    @Test
    void aBodyThatStopsIsCut() throws Exception {
        try (var proxy = proxy(NOWHERE, "--slow-client-timeout", "300ms");
                SSLSocket client = connect(proxy)) {
            write(client, PREFACE, frame(SETTINGS, 0, 0, new byte[0]));
            write(client, frame(HEADERS, END_HEADERS, 1, post()), frame(DATA, 0, 1, new byte[] {'{'}));
            assertThat(next(client, HEADERS).stream())
                    .as("the client is told, and not only the log")
                    .isEqualTo(1);
            assertThat(proxy.accessJson().path("status").asInt()).isEqualTo(408);
        }
    }

    @Test
    void aReaderThatTakesNothingIsCutAndTheCallUpstreamToo() throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    wire.chunk(ScriptedUpstream.line("one"));
                    wire.awaitClose(closed);
                });
                var proxy = proxy(upstream.url(), "--slow-client-timeout", "300ms");
                SSLSocket client = connect(proxy)) {
            // A window of nothing: the first piece of the answer has nowhere to go.
            write(client, PREFACE, frame(SETTINGS, 0, 0, NO_WINDOW), frame(HEADERS, END_HEADERS, 1, post()));
            write(client, frame(DATA, END_STREAM, 1, RunningProxy.STREAM.getBytes(StandardCharsets.UTF_8)));
            assertThat(closed.await(60, TimeUnit.SECONDS))
                    .as("the upstream saw the cancel")
                    .isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
        }
    }
}
