package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a browser, or something that pretends to be one, may not do on the WebSocket. */
class SocketLimitsTest {
    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(proxy.address(), data);
    }

    @AfterEach
    void stop() {
        gateway.close();
        proxy.close();
    }

    private void awaitPages(int pages) throws IOException, InterruptedException {
        long end = System.nanoTime() + RunningGateway.PATIENCE.toNanos();
        while (gateway.pages() != pages) {
            assertThat(System.nanoTime()).as("pages never became " + pages).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** Upgrades by hand, with any Host. */
    private Socket raw(String host, String expectedStatus) throws IOException {
        var socket = new Socket("127.0.0.1", gateway.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET /ws HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 " + expectedStatus);
        return socket;
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            assertThat(b).as("closed after " + head).isNotNegative();
            head.append((char) b);
        }
        return head.toString();
    }

    @Test
    void aForeignHostIsRefused() throws IOException {
        raw("evil.example:" + gateway.port(), "403").close();
        raw("127.0.0.1:" + (gateway.port() + 1), "403").close();
        raw("localhost:" + gateway.port(), "101").close();
    }

    @Test
    void aLargeMessageWithinTheBoundIsReadAndTextInSeveralFramesIsRefused() throws InterruptedException {
        try (var browser = TestBrowser.connect(gateway.webSocket())) {
            byte[] large = new byte[900_000];
            java.util.Arrays.fill(large, (byte) ' ');
            browser.sendBytes(large);
            browser.await(
                    "complaint", message -> message.at("/error/code").asText().equals("INVALID_REQUEST"));
        }
        try (var browser = TestBrowser.connect(gateway.webSocket())) {
            browser.sendText("{\"type\":\"req\",", false);
            assertThat(browser.awaitClose()).startsWith("1003").contains("binary");
        }
    }

    @Test
    void aBinaryMessageOfManyFramesIsPutTogetherAndBounded() throws IOException, InterruptedException {
        try (Socket socket = raw(gateway.host(), "101")) {
            // Frames of 512 KiB that never end; masked with zeros.
            byte[] header = {0x02, (byte) 0xff, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0};
            byte[] payload = new byte[512 << 10];
            for (int i = 0; i < 3; i++) {
                header[0] = (byte) (i == 0 ? 0x02 : 0x00);
                socket.getOutputStream().write(header);
                socket.getOutputStream().write(payload);
            }
            InputStream in = socket.getInputStream();
            assertThat(in.read()).as("a close frame").isEqualTo(0x88);
            int length = in.read();
            byte[] close = in.readNBytes(length);
            assertThat((close[0] & 0xff) << 8 | close[1] & 0xff).isEqualTo(1009);
        }
        awaitPages(0);
    }

    @Test
    void tooManyRequestsPerSecondEndTheConnection() throws InterruptedException {
        try (var browser = TestBrowser.connect(gateway.webSocket())) {
            for (int i = 0; i < 200; i++) {
                try {
                    browser.send("ping");
                } catch (java.util.concurrent.CompletionException e) {
                    // Closed while we still send.
                    break;
                }
            }
            assertThat(browser.awaitClose()).contains("1008");
        }
    }

    @Test
    void nonsenseIsAnsweredInWordsAndTheConnectionGoesOn() throws InterruptedException {
        try (var browser = TestBrowser.connect(gateway.webSocket())) {
            browser.sendText("{", true);
            browser.await(
                    "complaint",
                    message -> message.at("/error/message").asText().contains("not JSON"));
            assertThat(browser.ask("chat.send", "sessionKey", "../../etc", "message", "x")
                            .at("/error/message")
                            .asText())
                    .startsWith("sessionKey must be");
            assertThat(browser.ask("no.such").at("/error/code").asText()).isEqualTo("INVALID_REQUEST");
            assertThat(browser.ask("ping").get("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void aKilledBrowserIsForgotten() throws IOException, InterruptedException {
        Socket socket = raw(gateway.host(), "101");
        awaitPages(1);
        socket.setSoLinger(true, 0);
        socket.close();
        gateway.beatLater(Duration.ofSeconds(46));
        awaitPages(0);
    }

    @Test
    void aBrowserThatNeverAnswersAPingIsHungUpOn() throws IOException, InterruptedException {
        try (Socket socket = raw(gateway.host(), "101")) {
            awaitPages(1);
            gateway.beatLater(Duration.ofSeconds(21));
            assertThat(socket.getInputStream().read()).as("ping frame").isEqualTo(0x89);
            assertThat(socket.getInputStream().read()).isZero();
            gateway.beatLater(Duration.ofSeconds(46));
            int next = socket.getInputStream().read();
            while (next >= 0) {
                next = socket.getInputStream().read();
            }
            assertThat(next).isEqualTo(-1);
        }
        awaitPages(0);
    }
}
