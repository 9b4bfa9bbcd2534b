package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as no client library writes them, answered as Go's server does. */
@Tag("server")
@Timeout(60)
class RawRequestsTest {
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

    private RawClient.Reply reply(String request) throws IOException {
        try (var client = server.client()) {
            client.write(request.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8));
            return client.reply(false);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        GET / HTTP/1.1||                                        ; 400 Bad Request: missing required Host header
        GET / HTTP/1.1|Host: localhost|Host: evil.com||         ; 400 Bad Request
        GET / HTTP/1.1|Host: localhost evil.com||               ; 400 Bad Request: malformed Host header
        GET / HTTP/1.1|Host: user@localhost||                   ; 400 Bad Request: malformed Host header
        GET / HTTP/1.1|Host: ä.local||                          ; 400 Bad Request: malformed Host header
        GET api/tags HTTP/1.1|Host: localhost||                 ; 400 Bad Request
        GET * HTTP/1.1|Host: localhost||                        ; 400 Bad Request
        GET / HTTP/1.1|Host: localhost|X A: b||                 ; 400 Bad Request: invalid header name
        GET / HTTP/1.1|Host: localhost|X-A: a#b||               ; 400 Bad Request
        """)
    void aRequestThatTellsNotWhomItMeansIsRefused(String request, String text) throws IOException {
        try (var client = server.client()) {
            client.write(request.replace("|", "\r\n").replace('#', '\1').getBytes(StandardCharsets.UTF_8));
            var refused = client.reply(false);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.header("content-type")).contains("text/plain; charset=utf-8");
            assertThat(refused.body()).isEqualTo(text);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aCodingOfTheTransferThatIsNotKnownIsA501() throws IOException {
        var refused = reply("POST /api/show HTTP/1.1|Host: localhost|Transfer-Encoding: gzip, chunked||0||");
        assertThat(refused.status()).isEqualTo(501);
        assertThat(refused.body()).isEqualTo("Unsupported transfer encoding");
    }

    @Test
    void anExpectationOtherThanToContinueIsA417() throws IOException {
        assertThat(reply("POST /api/show HTTP/1.1|Host: localhost|Expect: x|Content-Length: 2||{}")
                        .status())
                .isEqualTo(417);
    }

    @Test
    void whatAHeaderSaysOfTheContentsCodingDoesNotCount() throws IOException {
        assertThat(reply("POST /api/show HTTP/1.1|Host: localhost|Content-Encoding: gzip|Content-Length: 15||"
                                + "{\"model\":\"toy\"}")
                        .status())
                .isEqualTo(200);
    }

    /** Also those that are refused once their request was read, as Ollama does. */
    @ParameterizedTest
    @CsvSource({
        "/v1/messages, true, no-cache",
        "/v1/messages, false, ",
        "/v1/responses, true, no-cache",
        "/v1/responses, false, ",
        "/v1/chat/completions, true, "
    })
    void refusedStreamsTellProxiesNotToKeepThem(String path, boolean stream, String cacheControl) throws IOException {
        String message = "[{\"role\":\"user\",\"content\":\"hi\"}]";
        try (var client = server.client()) {
            client.send(
                    "POST",
                    path,
                    "{\"model\":\"nope\",\"max_tokens\":1,\"stream\":" + stream + ",\"messages\":" + message
                            + ",\"input\":" + message + "}");
            var refused = client.reply(false);
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.header("cache-control").orElse(null)).isEqualTo(cacheControl);
        }
    }

    @Test
    void anAbsoluteAddressCountsBeforeTheHostHeader() throws IOException {
        assertThat(reply("GET http://localhost/api/version HTTP/1.1|Host: evil.com||")
                        .body())
                .contains("\"version\"");
        assertThat(reply("GET http://localhost HTTP/1.1|Host: evil.com||").body())
                .isEqualTo("Ollama is running");
        assertThat(reply("GET http://evil.com/api/version HTTP/1.1|Host: localhost||")
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,200",
        "127.0.0.01,403",
        "127.255.0.1:5,200",
        "10.1.2.3,200",
        "[::1]:80,200",
        "localhost:,200",
        "localhost:abc,200",
        "127.0.0.1:,200",
        "[fec0::1]:80,403",
        "[],403",
        "host.docker.internal:11434,200",
        "evil-localhost,403",
        "localhost.evil.com,403"
    })
    void namesAndAddressesOfThisMachineAreTaken(String host, int status) throws IOException {
        assertThat(reply("GET / HTTP/1.1|Host: " + host + "||").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:3000,200",
        "http://LOCALHOST,403",
        "APP://x,403",
        "app://x,200",
        "http://localhost.evil.com,403",
        "http://a.local,403"
    })
    void originsAreComparedAsTheyAreWritten(String origin, int status) throws IOException {
        assertThat(reply("GET / HTTP/1.1|Host: localhost|Origin: " + origin + "||")
                        .status())
                .isEqualTo(status);
    }

    @Test
    void dotsThatAreEscapedLeadNowhereElse() throws IOException {
        assertThat(reply("GET /api/%2e%2e/api/tags HTTP/1.1|Host: localhost||").status())
                .isEqualTo(404);
        assertThat(reply("GET /api/../api/tags HTTP/1.1|Host: localhost||").status())
                .isEqualTo(307);
    }

    @ParameterizedTest
    @CsvSource({"/nope,404", "/api/blobs/abc,400", "/api/tags,405"})
    void aBodyThatNobodyReadIsNoSecondRequest(String path, int status) throws IOException {
        String smuggled = "GET /api/ps HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (var client = server.client()) {
            client.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(smuggled.length()) + "\r\n"
                            + smuggled + "\r\n0\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(client.reply(false).status()).isEqualTo(status);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aConnectionServesOnBehindABodyThatNobodyRead() throws IOException {
        var statuses = new ArrayList<Integer>();
        try (var client = server.client()) {
            for (int i = 0; i < 3; i++) {
                client.write(("POST /nope HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3\r\nabc\r\n0\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
                statuses.add(client.reply(false).status());
            }
        }
        assertThat(statuses).isEqualTo(List.of(404, 404, 404));
    }
}
