package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests whose end two servers could see at different places, on raw sockets. Each is followed by a second request,
 * which must never be answered: that is the smuggled one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RawRequestTest {
    private static final String CHAT = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    private static final String SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    private RunningProxy proxy;

    @BeforeAll
    void start() {
        proxy = new RunningProxy("http://127.0.0.1:9", "--head-timeout", "10s", "--max-head", "4K");
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "length and chunks        | Content-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "chunks and length        | Transfer-Encoding: chunked\\r\\nContent-Length: 5\\r\\n\\r\\n0\\r\\n\\r\\n",
                "two lengths              | Content-Length: 0\\r\\nContent-Length: 5\\r\\n\\r\\n",
                "a list of lengths        | Content-Length: 0, 5\\r\\n\\r\\n",
                "a signed length          | Content-Length: +2\\r\\n\\r\\n{}",
                "a negative length        | Content-Length: -1\\r\\n\\r\\n",
                "a length in hex          | Content-Length: 0x2\\r\\n\\r\\n{}",
                "two codings              | Transfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "an unknown coding        | Transfer-Encoding: xchunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "coding given twice       | Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "Transfer-Encoding: identity\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "0\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n",
                "space before the colon   | Transfer-Encoding : chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "a folded header          | X-A: b\\r\\n c\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "a bare line feed         | X-A: b\\nContent-Length: 0\\r\\n\\r\\n",
                "a bare carriage return   | X-A: b\\rContent-Length: 5\\r\\n\\r\\n",
                "a null in a header       | X-A: b\\0c\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "a chunk size that is none| Transfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n\\r\\n",
                "a negative chunk size    | Transfer-Encoding: chunked\\r\\n\\r\\n-1\\r\\n\\r\\n",
                "a chunk size too large   | Transfer-Encoding: chunked\\r\\n\\r\\nfffffffffffffffff\\r\\n\\r\\n",
                "a chunk longer than said | Transfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a chunk line ended by LF | Transfer-Encoding: chunked\\r\\n\\r\\n1\\n{\\r\\n0\\r\\n\\r\\n",
            })
    void isRefusedAndTheConnectionEnds(String name, String rest) throws IOException {
        String answers = exchange(CHAT + unescape(rest) + SMUGGLED);
        assertThat(answers).as(name).doesNotContain("\"layer\":\"proxy\"");
        assertThat(answers.split("HTTP/1\\.1 ", -1).length - 1)
                .as("answers of " + name)
                .isLessThanOrEqualTo(1);
        if (!answers.isEmpty()) {
            assertThat(answers).as(name).matches("(?s)HTTP/1\\.1 (400|501) .*");
        }
    }

    @Test
    void aGoodRequestAndTheNextOneOnItsConnectionAreAnswered() throws IOException {
        String answers = exchange("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                + "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        assertThat(answers.split("\"layer\":\"proxy\"", -1)).hasSize(3);
    }

    @Test
    void hugeHeadersAreRefused() throws IOException {
        String answers = exchange(CHAT + "X-A: " + "a".repeat(8192) + "\r\n\r\n");
        assertThat(answers).startsWith("HTTP/1.1 4").doesNotContain("200 OK");
    }

    @Test
    void anEndlessRequestLineIsRefused() throws IOException {
        String answers = exchange("GET /" + "a".repeat(64 << 10) + " HTTP/1.1\r\n\r\n");
        assertThat(answers).doesNotContain("200 OK");
    }

    /** Everything that comes back until the proxy closes; a reset counts as the end. */
    private String exchange(String request) throws IOException {
        var all = new ByteArrayOutputStream();
        try (Socket socket = proxy.connect()) {
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                byte[] piece = new byte[4096];
                for (int n = socket.getInputStream().read(piece);
                        n >= 0;
                        n = socket.getInputStream().read(piece)) {
                    all.write(piece, 0, n);
                }
            } catch (SocketException e) {
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|abort).*");
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
    }
}
