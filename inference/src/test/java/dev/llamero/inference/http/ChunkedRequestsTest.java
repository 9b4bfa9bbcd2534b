package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in chunks as no client library sends them: taken, or refused, as by Go's server, and never gathered. */
@Tag("server")
@Timeout(60)
class ChunkedRequestsTest {
    private static final String SHOW =
            "POST /api/show HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String NOBODY_READS =
            "POST /nope HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String BODY = "{\"model\":\"toy\"}";
    private static final String CHUNK = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n";

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        server = TestServer.scripted(new ScriptedEngine(512), folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0|X-Checksum: 1|Y: 2||", "0;last=yes||", "000||"})
    void trailersAndExtensionsAreTakenAndTheConnectionServesOn(String end) throws IOException {
        try (var client = server.client()) {
            for (int i = 0; i < 2; i++) {
                client.write((SHOW + CHUNK + end.replace("|", "\r\n")).getBytes(StandardCharsets.UTF_8));
                assertThat(client.reply(false).status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x, invalid byte in chunk length",
        "-1, invalid byte in chunk length",
        "'', empty hex number for chunk length",
        "2|{}x, malformed chunked encoding",
        "0|x, malformed MIME header line: x"
    })
    void chunksThatAreNoneAreRefusedInGosWordsAndEndTheConnection(String start, String why) throws IOException {
        try (var client = server.client()) {
            client.write((SHOW + start.replace("|", "\r\n") + "\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            var refused = client.reply(false);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).isEqualTo("{\"error\":\"" + why + "\"}");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void chunksThatAreNoneBehindARefusalAreNoSecondRequest() throws IOException {
        try (var client = server.client()) {
            client.write(
                    (NOBODY_READS + "x\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(client.reply(false).status()).isEqualTo(404);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    /** What claims to be a size, or trailers, has no end; the server reads a few thousand bytes of it. */
    @ParameterizedTest
    @CsvSource({"'', 1", "1;, x", "0|, X-A: b|", "0|, x"})
    void framesWithoutEndEndTheConnection(String start, String more) throws IOException {
        for (String head : new String[] {SHOW, NOBODY_READS}) {
            try (var client = server.client()) {
                client.write((head + start.replace("|", "\r\n")).getBytes(StandardCharsets.UTF_8));
                assertThat(floods(client, more.replace("|", "\r\n"))).isTrue();
            }
        }
        try (var client = server.client()) {
            client.send("POST", "/api/show", BODY);
            assertThat(client.reply(false).status()).isEqualTo(200);
        }
    }

    /** Writes without reading until the other side has closed, or has taken far more than it may. */
    private static boolean floods(RawClient client, String piece) throws IOException {
        byte[] bytes = piece.repeat(8_000).getBytes(StandardCharsets.UTF_8);
        try {
            for (int i = 0; i < 8_000; i++) {
                client.write(bytes);
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
