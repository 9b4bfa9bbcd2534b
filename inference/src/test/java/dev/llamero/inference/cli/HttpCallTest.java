package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies on a real socket, cut and damaged in every way. */
@Timeout(60)
class HttpCallTest {
    private static final String BODY = "{\"response\":\"你好\"}\n{\"done\":true}\n";
    private static final int LINE_MAX = 1_000;

    /** The lines of a reply that a server sends and then closes the connection. */
    private static List<String> lines(byte[] reply) throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = Thread.ofVirtual().start(() -> send(listener, reply));
            var address = ServerAddress.of(Map.of("OLLAMA_HOST", "127.0.0.1:" + listener.getLocalPort()));
            var lines = new ArrayList<String>();
            try (HttpCall call = HttpCall.connect(address)) {
                call.send(address, "GET", "/", null);
                for (String line = call.line(LINE_MAX); line != null; line = call.line(LINE_MAX)) {
                    lines.add(line);
                }
            }
            server.join();
            return lines;
        }
    }

    private static void send(ServerSocket listener, byte[] reply) {
        try (var socket = listener.accept()) {
            socket.getInputStream().read();
            socket.getOutputStream().write(reply);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1_000})
    void chunksMayCutAnywhere(int chunkBytes) throws Exception {
        var reply = new ByteArrayOutputStream();
        reply.writeBytes(utf8("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        byte[] body = utf8(BODY);
        for (int at = 0; at < body.length; at += chunkBytes) {
            int length = Math.min(chunkBytes, body.length - at);
            reply.writeBytes(utf8(Integer.toHexString(length) + ";extension=1\r\n"));
            reply.write(body, at, length);
            reply.writeBytes(utf8("\r\n"));
        }
        reply.writeBytes(utf8("0\r\n\r\n"));
        assertThat(lines(reply.toByteArray()))
                .containsExactlyElementsOf(BODY.lines().toList());
    }

    @Test
    void aLengthOrTheEndOfTheConnectionEndsTheBody() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + utf8(BODY).length + "\r\n\r\n";
        assertThat(lines(utf8(head + BODY + "rest"))).hasSize(2);
        assertThat(lines(utf8("HTTP/1.0 200 OK\r\n\r\n" + BODY + "rest"))).hasSize(3);
        assertThat(lines(utf8("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0-x\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
            })
    void aDamagedReplyIsAFailure(String reply) {
        assertThatThrownBy(() -> lines(utf8(reply)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the server");
    }

    @Test
    void closingEndsTheReadingAtOnceAndTheServerSeesIt() throws Exception {
        var left = new CountDownLatch(1);
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = listener.accept()) {
                    socket.getOutputStream().write(utf8("HTTP/1.1 200 OK\r\n\r\n{\"response\":\"a\"}\n"));
                    // Ends when the client is gone.
                    socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                    left.countDown();
                } catch (IOException e) {
                    left.countDown();
                }
            });
            var client =
                    new ModelClient(ServerAddress.of(Map.of("OLLAMA_HOST", "127.0.0.1:" + listener.getLocalPort())));
            boolean whole = client.stream(
                    "/api/generate", Map.of(), reply -> Thread.ofPlatform().start(client::cancel));
            assertThat(whole).isFalse();
            left.await();
        }
    }
}
