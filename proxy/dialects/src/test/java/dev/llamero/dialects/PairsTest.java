package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every dialect of callers with both kinds of model servers, in golden files: the caller's request and the server's
 * bytes in; the request to the server and the caller's answer out. The first line of a file names reader, kind and
 * manner.
 */
class PairsTest {
    private static final String TOKEN = "1";
    private static final long CREATED = 1_795_475_481L;
    private static final int RANDOM_CUTS = 50;

    static Stream<GoldenFiles> pairs() {
        return GoldenFiles.in("pairs");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void translatesAsTheGoldenFileSays(GoldenFiles golden) throws IOException {
        golden.check(request(golden) + "\n====\n" + answer(golden, left -> left));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void anyCutOfTheBytesGivesTheSame(GoldenFiles golden) {
        String whole = answer(golden, left -> left);
        int length = golden.in().get(2).getBytes(StandardCharsets.UTF_8).length;
        for (int at = 1; at < length; at++) {
            int first = at;
            boolean[] cut = new boolean[1];
            assertThat(answer(golden, left -> {
                        int piece = cut[0] ? left : first;
                        cut[0] = true;
                        return piece;
                    }))
                    .as("cut at byte %d", at)
                    .isEqualTo(whole);
        }
        assertThat(answer(golden, left -> 1)).isEqualTo(whole);
        for (long seed = 0; seed < RANDOM_CUTS; seed++) {
            var random = new Random(seed);
            assertThat(answer(golden, left -> 1 + random.nextInt(Math.min(left, 40))))
                    .as("seed %d", seed)
                    .isEqualTo(whole);
        }
    }

    private static CallerRequest read(GoldenFiles golden) {
        String[] head = head(golden);
        Manner manner = head.length > 2 ? Manner.valueOf(head[2]) : Manner.OFFICIAL;
        return Caller.valueOf(head[0]).read(golden.in().get(1).getBytes(StandardCharsets.UTF_8), manner);
    }

    private static String[] head(GoldenFiles golden) {
        return golden.in().getFirst().strip().toUpperCase(Locale.ROOT).split(" ");
    }

    private static UpstreamKind kind(GoldenFiles golden) {
        return UpstreamKind.valueOf(head(golden)[1]);
    }

    private static String request(GoldenFiles golden) throws IOException {
        try {
            UpstreamRequest request = kind(golden).request(read(golden).call());
            JsonNode tree = Json.MAPPER.readTree(request.body());
            return request.method() + " " + request.path() + "\n"
                    + Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        } catch (DialectException e) {
            return Failure.of(e.error()).status() + "\n" + text(error(golden, e));
        }
    }

    /** @param piece how many of the bytes left come next */
    private static String answer(GoldenFiles golden, IntUnaryOperator piece) {
        byte[] bytes = golden.in().get(2).getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        CallerRequest request;
        try {
            request = read(golden);
        } catch (DialectException e) {
            return text(error(golden, e));
        }
        AnswerWriter writer = request.answer(TOKEN, CREATED);
        AnswerReader reader = kind(golden).answer(bytes.length > 0 && bytes[0] == '{' ? "application/json" : "");
        try {
            int at = 0;
            while (at < bytes.length && !reader.finished()) {
                // A copy per piece, overwritten afterwards: nothing may be kept of an array that was only lent.
                byte[] lent = Arrays.copyOfRange(bytes, at, at + piece.applyAsInt(bytes.length - at));
                reader.feed(lent, 0, lent.length, chunk -> out.writeBytes(writer.write(chunk)));
                at += lent.length;
                Arrays.fill(lent, (byte) 'x');
            }
            reader.end(chunk -> out.writeBytes(writer.write(chunk)));
        } catch (DialectException e) {
            out.writeBytes(writer.failure(Failure.of(e.error())));
        }
        return text(out.toByteArray());
    }

    private static byte[] error(GoldenFiles golden, DialectException e) {
        return Caller.valueOf(head(golden)[0]).error(e.error());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
