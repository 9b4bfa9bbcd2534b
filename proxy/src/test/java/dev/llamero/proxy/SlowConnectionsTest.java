package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that take their time are cut by the limit that is named for it, and only by that. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SlowConnectionsTest {
    private static final String NOWHERE = "http://127.0.0.1:9";

    @TempDir
    Path folder;

    @Test
    void aClientThatSaysNothingIsCut() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--head-timeout", "200ms");
                Socket client = proxy.connect()) {
            assertThat(end(client)).isTrue();
        }
    }

    @Test
    void aClientThatDribblesItsHeadersIsCut() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--head-timeout", "300ms", "--keep-alive-timeout", "1h");
                Socket client = proxy.connect()) {
            write(client, "GET /healthz HTTP/1.1\r\n");
            assertThat(dribble(client, "X-A: b\r\n")).as("cut in its headers").isTrue();
        }
    }

    @Test
    void headersThatFollowAnEarlierRequestAreTimedToo() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--head-timeout", "300ms", "--keep-alive-timeout", "1h");
                Socket client = proxy.connect()) {
            write(client, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            assertThat(RunningProxy.Answer.read(client.getInputStream()).status())
                    .isEqualTo(200);
            assertThat(dribble(client, "G")).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosedByItsOwnLimit() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--head-timeout", "1h", "--keep-alive-timeout", "300ms");
                Socket client = proxy.connect()) {
            write(client, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            assertThat(RunningProxy.Answer.read(client.getInputStream()).status())
                    .isEqualTo(200);
            assertThat(end(client)).isTrue();
        }
    }

    @Test
    void aBodyThatDribblesIsCutByItsOwnLimit() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--body-timeout", "300ms");
                Socket client = proxy.connect()) {
            write(client, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n");
            assertThat(dribble(client, " ")).isTrue();
            assertThat(proxy.accessJson().path("status").asInt()).isEqualTo(408);
        }
    }

    @Test
    void aBodyThatStopsIsCut() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, "--slow-client-timeout", "200ms");
                Socket client = proxy.connect()) {
            write(client, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{");
            assertThat(end(client)).isTrue();
        }
    }

    @Test
    void aHandshakeThatDoesNotComeIsCut() throws Exception {
        try (var proxy = new RunningProxy(
                        NOWHERE, "--tls", "local", "--tls-folder", folder.toString(), "--head-timeout", "200ms");
                Socket client = proxy.connect()) {
            // The first byte of a greeting, and no more.
            client.getOutputStream().write(0x16);
            assertThat(end(client)).isTrue();
        }
    }

    /** Sends a piece again and again until the other side has closed. */
    private static boolean dribble(Socket client, String piece) throws IOException {
        client.setSoTimeout(20);
        try {
            while (true) {
                write(client, piece);
                try {
                    if (client.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (java.net.SocketTimeoutException e) {
                    assertThat(client.isClosed()).isFalse();
                }
            }
        } catch (SocketException e) {
            return true;
        }
    }

    /** Reads until the other side has closed. */
    static boolean end(Socket client) throws IOException {
        try {
            while (client.getInputStream().read() >= 0) {
                assertThat(client.isClosed()).isFalse();
            }
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
