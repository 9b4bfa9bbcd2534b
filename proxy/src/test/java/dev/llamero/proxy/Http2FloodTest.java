package dev.llamero.proxy;

import static dev.llamero.proxy.Http2Frames.CONTINUATION;
import static dev.llamero.proxy.Http2Frames.DATA;
import static dev.llamero.proxy.Http2Frames.END_HEADERS;
import static dev.llamero.proxy.Http2Frames.END_STREAM;
import static dev.llamero.proxy.Http2Frames.GOAWAY;
import static dev.llamero.proxy.Http2Frames.HEADERS;
import static dev.llamero.proxy.Http2Frames.PING;
import static dev.llamero.proxy.Http2Frames.RST_STREAM;
import static dev.llamero.proxy.Http2Frames.begin;
import static dev.llamero.proxy.Http2Frames.ends;
import static dev.llamero.proxy.Http2Frames.frame;
import static dev.llamero.proxy.Http2Frames.next;
import static dev.llamero.proxy.Http2Frames.post;
import static dev.llamero.proxy.Http2Frames.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of HTTP/2 that send more than is good, on a real socket; the others are served afterwards. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Http2FloodTest {
    private static final byte[] NO_SETTINGS = new byte[0];
    private static final int STREAMS_MAX = 100;
    private static final int RESETS_MAX = 200;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final byte[] CANCEL = {0, 0, 0, 8};

    @TempDir
    Path folder;

    private ScriptedUpstream upstream;
    private RunningProxy proxy;
    private TrustingClient client;

    private SSLSocket connect(String... settings) throws Exception {
        upstream = new ScriptedUpstream(ScriptedUpstream.answer("fine"));
        var all = new ArrayList<>(List.of("--tls", "local", "--tls-folder", folder.toString()));
        all.addAll(Arrays.asList(settings));
        proxy = new RunningProxy(upstream.url(), all.toArray(String[]::new));
        client = new TrustingClient(folder.resolve("root.pem"));
        return client.patiently(proxy.port(), "h2");
    }

    /** Whatever one client did, another is served. */
    @AfterEach
    void anotherClientIsServed() throws Exception {
        try {
            Await.until(this::isServed);
        } finally {
            proxy.close();
            upstream.close();
        }
    }

    /** On a busy machine a handshake may itself be cut by the limit under test. */
    private boolean isServed() throws Exception {
        try {
            return client.chat(HttpClient.Version.HTTP_2, proxy.port(), RunningProxy.CHAT)
                    .body()
                    .contains("fine");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void oneStreamMoreThanTheLimitEndsTheConnection() throws Exception {
        try (SSLSocket socket = connect()) {
            begin(socket, NO_SETTINGS);
            for (int i = 0; i < STREAMS_MAX; i++) {
                // Without a body yet, so that each stays open.
                write(socket, frame(HEADERS, END_HEADERS, stream(i), post()));
            }
            write(socket, frame(PING, 0, 0, new byte[8]));
            assertThat(next(socket, PING).flags()).as("so many may be").isEqualTo(1);
            write(socket, frame(HEADERS, END_HEADERS, stream(STREAMS_MAX), post()));
            assertThat(next(socket, GOAWAY).word(4)).isEqualTo(REFUSED_STREAM);
            assertThat(ends(socket)).isTrue();
        }
    }

    @Test
    void moreResetsThanTheLimitEndTheConnection() throws Exception {
        try (SSLSocket socket = connect()) {
            begin(socket, NO_SETTINGS);
            assertThat(resets(socket, RESETS_MAX + STREAMS_MAX)).isTrue();
        }
    }

    @Test
    void whoStopsSomeAnswersIsServedOn() throws Exception {
        try (SSLSocket socket = connect()) {
            begin(socket, NO_SETTINGS);
            assertThat(resets(socket, STREAMS_MAX / 2)).isFalse();
            int stream = stream(STREAMS_MAX);
            write(socket, frame(HEADERS, END_HEADERS, stream, post()));
            write(socket, frame(DATA, END_STREAM, stream, RunningProxy.CHAT.getBytes(StandardCharsets.UTF_8)));
            // A stopped answer may have begun before the stop came.
            Http2Frames.Frame answer = next(socket, HEADERS);
            while (answer.stream() != stream) {
                answer = next(socket, HEADERS);
            }
        }
    }

    /** @return whether the connection ended for it */
    private static boolean resets(SSLSocket socket, int count) throws IOException {
        try {
            for (int i = 0; i < count; i++) {
                write(socket, frame(HEADERS, END_HEADERS, stream(i), post()), frame(RST_STREAM, 0, stream(i), CANCEL));
            }
            write(socket, frame(PING, 0, 0, new byte[8]));
            return endsBeforePing(socket);
        } catch (SocketException | SSLException e) {
            return true;
        }
    }

    private static boolean endsBeforePing(SSLSocket socket) throws IOException {
        try {
            next(socket, PING);
            return false;
        } catch (java.io.EOFException e) {
            return true;
        }
    }

    @Test
    void aBodyWithoutEndIs413() throws Exception {
        try (SSLSocket socket = connect("--max-body", "4K")) {
            begin(socket, NO_SETTINGS);
            write(socket, frame(HEADERS, END_HEADERS, 1, post()));
            byte[] piece = new byte[1024];
            for (int i = 0; i < 16; i++) {
                write(socket, frame(DATA, 0, 1, piece));
            }
            assertThat(proxy.accessJson().path("status").asInt()).isEqualTo(413);
        }
    }

    @Test
    void aFloodOfEmptyContinuationsIsCut() throws Exception {
        try (SSLSocket socket = connect("--head-timeout", "300ms")) {
            begin(socket, NO_SETTINGS);
            write(socket, frame(HEADERS, 0, 1, post()));
            assertThat(Http2Frames.dribble(socket, frame(CONTINUATION, 0, 1, new byte[0])))
                    .isTrue();
        }
    }

    /** One large header is put into the table once and then named again and again, a byte each time. */
    @Test
    void headersThatUnfoldToMegabytesDoNoHarm() throws Exception {
        try (SSLSocket socket = connect("--max-head", "16K")) {
            begin(socket, NO_SETTINGS);
            var head = new ByteArrayOutputStream();
            head.writeBytes(post());
            // A literal field with indexing (RFC 7541, section 6.2.1), its value of 3900 bytes.
            head.writeBytes(new byte[] {0x40, 3, 'x', '-', 'a', 0x7f});
            head.writeBytes(new byte[] {(byte) (0x80 | (3900 - 127) % 128), (byte) ((3900 - 127) / 128)});
            head.writeBytes("a".repeat(3900).getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 12_000; i++) {
                head.write(0x80 | 62);
            }
            write(socket, frame(HEADERS, END_HEADERS | END_STREAM, 1, head.toByteArray()));
            next(socket, HEADERS);
            assertThat(proxy.accessJson().path("status").asInt()).isEqualTo(431);
        }
    }

    @Test
    void whoSendsPingsAndReadsNoAnswersIsCut() throws Exception {
        try (SSLSocket socket = connect("--slow-client-timeout", "300ms")) {
            begin(socket, NO_SETTINGS);
            var pings = new ByteArrayOutputStream();
            for (int i = 0; i < 1000; i++) {
                pings.writeBytes(frame(PING, 0, 0, new byte[8]));
            }
            assertThat(writesUntilCut(socket, pings.toByteArray())).isTrue();
        }
    }

    private static boolean writesUntilCut(SSLSocket socket, byte[] piece) throws IOException {
        try {
            while (!socket.isClosed()) {
                write(socket, piece);
            }
            return false;
        } catch (SocketException | SSLException e) {
            return true;
        }
    }

    /** A client's streams have odd numbers. */
    private static int stream(int index) {
        return 2 * index + 1;
    }
}
