package dev.llamero.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server gets to read of what a client sent. */
class RequestFramingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String FIXED = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n5\r\n\r\n\r\n\rx";
    private static final String HEAD = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** The pieces of a connection's bytes, of one size but for the last. */
    private static Iterator<byte[]> pieces(String bytes, int size) {
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        return IntStream.iterate(0, at -> at < all.length, at -> at + size)
                .mapToObj(at -> Arrays.copyOfRange(all, at, Math.min(at + size, all.length)))
                .iterator();
    }

    private static RequestFraming framing(Iterator<byte[]> pieces) {
        return new RequestFraming(() -> pieces.hasNext() ? pieces.next() : null);
    }

    /** Reads as a server does: to the end of a head, then says what follows. */
    private static List<String> requests(String sent, int size) {
        RequestFraming framing = framing(pieces(sent, size));
        var read = new ArrayList<String>();
        var text = new StringBuilder();
        boolean inChunks = false;
        for (byte[] piece = framing.get(); piece != null; piece = framing.get()) {
            text.append(new String(piece, StandardCharsets.ISO_8859_1));
            if (inChunks) {
                Optional<String> body = data(text.toString());
                body.ifPresent(read::add);
                text.setLength(body.isPresent() ? 0 : text.length());
                inChunks = body.isEmpty();
            }
            for (String plain : List.of(GET, FIXED)) {
                if (text.indexOf(plain) == 0) {
                    read.add(plain);
                    text.delete(0, plain.length());
                }
            }
            if (text.toString().equals(HEAD)) {
                framing.chunkedBodyFollows();
                inChunks = true;
                text.setLength(0);
            }
        }
        assertThat(text).isEmpty();
        return read;
    }

    /** The data of a body in plain chunks; empty as long as its last chunk is not there. */
    private static Optional<String> data(String framed) {
        var data = new StringBuilder();
        int at = 0;
        while (at < framed.length()) {
            int lineEnd = framed.indexOf("\r\n", at);
            int size = Integer.parseInt(framed, at, lineEnd, 16);
            at = lineEnd + 2 + size + 2;
            assertThat(framed.substring(at - 2, at)).isEqualTo("\r\n");
            data.append(framed, lineEnd + 2, at - 2);
            if (size == 0) {
                assertThat(at).isEqualTo(framed.length());
                return Optional.of(data.toString());
            }
        }
        return Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 16, 64, 1000})
    void bodiesAndTheNextRequestsAreToldApartHoweverTheyArrive(int size) {
        String chunked =
                HEAD + "5;name=value\r\nhello\r\n00B  \r\n\r\n\r\n0\r\n\r\n\r\n\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n";
        assertThat(requests(GET + chunked + FIXED + chunked + HEAD + "0\r\n\r\n" + GET, size))
                .containsExactly(GET, "hello\r\n\r\n0\r\n\r\n\r\n", FIXED, "hello\r\n\r\n0\r\n\r\n\r\n", "", GET);
    }

    @Test
    void aSecondRequestIsNotGivenOnWithTheFirst() {
        RequestFraming framing =
                framing(List.of((GET + GET).getBytes(StandardCharsets.US_ASCII)).iterator());
        assertThat(framing.get()).asString().isEqualTo(GET);
        assertThat(framing.get()).asString().isEqualTo(GET);
        assertThat(framing.get()).isNull();
    }

    @Test
    void whatIsNoHttpPassesUnchanged() {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < 1000; i++) {
            bytes[i] = (byte) (i % 3 == 0 ? '\n' : '\r');
        }
        RequestFraming framing = framing(pieces(new String(bytes, StandardCharsets.ISO_8859_1), 777));
        var passed = new ByteArrayOutputStream();
        for (byte[] piece = framing.get(); piece != null; piece = framing.get()) {
            passed.writeBytes(piece);
        }
        assertThat(passed.toByteArray()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty hex number for chunk length",
        "' 5', invalid byte in chunk length",
        "+5, invalid byte in chunk length",
        "0x5, invalid byte in chunk length",
        "5 ;x, invalid byte in chunk length",
        "fffffffffffffffff, http chunk length too large",
        "5#x, invalid CR in chunked line",
        "5|hellox, malformed chunked encoding",
        "0|x, malformed MIME header line: x",
        "0|: x, malformed MIME header line: : x"
    })
    void whatGoRefusesIsRefusedInItsWords(String start, String why) {
        RequestFraming framing = framing(pieces(start.replace("|", "\r\n").replace('#', '\r') + "\r\n" + GET, 4));
        framing.chunkedBodyFollows();
        assertThatThrownBy(() -> drain(framing))
                .isInstanceOf(FramingException.class)
                .hasMessage(why);
        assertThatThrownBy(framing::get).as("and nothing after it is a request").hasMessage(why);
    }

    @Test
    void aLineThatEndsWithoutACarriageReturnIsRefused() {
        RequestFraming framing = framing(pieces("5\nhello\n0\n\n", 100));
        framing.chunkedBodyFollows();
        assertThatThrownBy(framing::get).hasMessage("chunked line ends with bare LF");
    }

    static Stream<List<String>> floods() {
        return Stream.of(
                List.of("", "1", "header line too long"),
                List.of("5;", "x", "header line too long"),
                List.of("", "1;" + "a".repeat(100) + "\r\nx\r\n", "chunked encoding contains too much non-data"),
                List.of("5\r\nhello", "x", "header line too long"),
                List.of("0\r\n", "a", "http: suspiciously long trailer after chunked body"),
                List.of("0\r\n", "X-A: b\r\n", "http: suspiciously long trailer after chunked body"));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void whatHasNoEndIsRefusedAfterAFewThousandBytes(List<String> flood) {
        String more = flood.get(1).repeat(100);
        var taken = new int[1];
        RequestFraming framing = new RequestFraming(() -> {
            String next = taken[0] == 0 ? flood.getFirst() + more : more;
            taken[0] += next.length();
            return next.getBytes(StandardCharsets.US_ASCII);
        });
        framing.chunkedBodyFollows();
        assertThatThrownBy(() -> drain(framing)).hasMessage(flood.getLast());
        assertThat(taken[0]).isLessThan(64 << 10);
    }

    @Test
    void aLargeChunkIsGivenOnAsItArrives() {
        RequestFraming framing = framing(pieces("7fffffff\r\n" + "x".repeat(10_000), 1000));
        framing.chunkedBodyFollows();
        assertThat(framing.get()).hasSize(990 + "3de\r\n\r\n".length());
        assertThat(framing.get()).hasSize(1000 + "3e8\r\n\r\n".length());
    }

    @Test
    void aBodyThatBreaksOffIsNotWhole() {
        RequestFraming framing = framing(pieces("5\r\nhel", 100));
        framing.chunkedBodyFollows();
        assertThat(framing.get()).asString().isEqualTo("3\r\nhel\r\n");
        assertThat(framing.get()).isNull();
    }

    private static void drain(RequestFraming framing) {
        while (framing.get() != null) {
            // Only the end is of interest.
        }
    }
}
