package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers in golden files: OpenAI request and Ollama lines in, events or one object out. */
class ChatAnswerTest {
    private static final String ID = "1";
    private static final long CREATED = 1_795_475_481L;

    static Stream<GoldenFiles> answers() {
        return GoldenFiles.in("answer");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void translatesAsTheGoldenFileSays(GoldenFiles golden) {
        golden.check(translate(golden, Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anyCutOfTheBytesGivesTheSame(GoldenFiles golden) {
        String whole = translate(golden, Integer.MAX_VALUE);
        int length = lines(golden).length;
        for (int size = 1; size < length; size++) {
            assertThat(translate(golden, size)).as("pieces of %d bytes", size).isEqualTo(whole);
        }
        assertThat(translate(golden, 1)).isEqualTo(whole);
    }

    @Test
    void aLineOverTheBoundIsAnError() {
        var splitter = new LineSplitter(1000);
        byte[] piece = new byte[400];
        splitter.feed(piece, 0, 400, (bytes, offset, length) -> {});
        splitter.feed(piece, 0, 400, (bytes, offset, length) -> {});
        assertThatThrownBy(() -> splitter.feed(piece, 0, 400, (bytes, offset, length) -> {}))
                .isInstanceOfSatisfying(
                        DialectException.class, e -> assertThat(e.error()).isInstanceOf(DialectError.Garbled.class));
    }

    @Test
    void aLineOfExactlyTheBoundPasses() {
        var seen = new ByteArrayOutputStream();
        var splitter = new LineSplitter(3);
        byte[] bytes = "abc\ndef\ngh".getBytes(StandardCharsets.US_ASCII);
        for (byte b : bytes) {
            splitter.feed(new byte[] {b}, 0, 1, (line, offset, length) -> seen.write(line, offset, length));
        }
        splitter.end((line, offset, length) -> seen.write(line, offset, length));
        assertThat(seen.toString(StandardCharsets.US_ASCII)).isEqualTo("abcdefgh");
    }

    @Test
    void anErrorBodyOfTheServerGivesItsSentence() {
        assertThat(refusal(404, "{\"error\":\"model 'x' not found\"}"))
                .isEqualTo("{\"error\":{\"message\":\"model 'x' not found\",\"type\":\"not_found_error\","
                        + "\"param\":null,\"code\":\"model_not_found\"}}");
        assertThat(refusal(
                        400,
                        "{\"error\":\"{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"request (9 tokens) exceeds"
                                + " the available context size (4 tokens), try increasing it\\\"}}\"}"))
                .contains("\"message\":\"request (9 tokens) exceeds the available context size (4 tokens)")
                .contains("\"code\":\"context_length_exceeded\"");
        assertThat(refusal(503, "<html>busy</html>"))
                .contains("the model server answered with status 503: <html>busy</html>")
                .contains("api_error");
        assertThat(refusal(500, "")).contains("the model server answered with status 500\"");
    }

    private static String refusal(int status, String body) {
        return new String(
                OpenAiErrors.body(UpstreamErrors.read(status, body.getBytes(StandardCharsets.UTF_8))),
                StandardCharsets.UTF_8);
    }

    private static byte[] lines(GoldenFiles golden) {
        return (golden.in().get(1) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String translate(GoldenFiles golden, int pieceBytes) {
        var request =
                ChatCompletionRequest.read(golden.in().getFirst().getBytes(StandardCharsets.UTF_8), Manner.OLLAMA);
        byte[] lines = lines(golden);
        AnswerReader reader = UpstreamKind.OLLAMA.answer("");
        AnswerWriter writer = request.answer(ID, CREATED);
        var out = new ByteArrayOutputStream();
        try {
            for (int at = 0; at < lines.length; at += Math.min(pieceBytes, lines.length)) {
                // A copy per piece, overwritten afterwards: nothing may be kept of an array that was only lent.
                byte[] piece = Arrays.copyOfRange(lines, at, (int) Math.min(lines.length, (long) at + pieceBytes));
                reader.feed(piece, 0, piece.length, chunk -> out.writeBytes(writer.write(chunk)));
                Arrays.fill(piece, (byte) 'x');
            }
            reader.end(chunk -> out.writeBytes(writer.write(chunk)));
        } catch (DialectException e) {
            out.writeBytes(writer.failure(Failure.of(e.error())));
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
