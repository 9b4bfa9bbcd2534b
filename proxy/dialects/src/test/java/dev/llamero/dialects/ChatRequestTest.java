package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests in golden files: OpenAI body in, Ollama body or error body out. */
class ChatRequestTest {
    static Stream<GoldenFiles> requests() {
        return GoldenFiles.in("request");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void translatesAsTheGoldenFileSays(GoldenFiles golden) throws IOException {
        String out;
        try {
            var call = read(golden.in().getFirst().getBytes(StandardCharsets.UTF_8));
            out = pretty(call.call().ollamaBody()) + "\nstream=" + call.stream() + " includeUsage="
                    + call.includeUsage();
        } catch (DialectException e) {
            out = OpenAiErrors.status(e.error()) + "\n" + pretty(OpenAiErrors.body(e.error()));
        }
        golden.check(out + "\n");
    }

    @Test
    void emptyBodyIsABadRequest() {
        assertThatThrownBy(() -> read(new byte[0]))
                .isInstanceOfSatisfying(
                        DialectException.class, e -> assertThat(e.error()).isInstanceOf(DialectError.BadJson.class))
                .hasMessageContaining("empty");
    }

    @Test
    void bytesThatAreNoUtf8AreABadRequest() {
        byte[] body = "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        body[body.length - 5] = (byte) 0xff;
        assertThatThrownBy(() -> read(body)).isInstanceOf(DialectException.class);
    }

    @Test
    void deepNestingIsABadRequestAndNoStackOverflow() {
        String deep = "{\"messages\":" + "[".repeat(100_000);
        assertThatThrownBy(() -> read(deep.getBytes(StandardCharsets.UTF_8))).isInstanceOf(DialectException.class);
    }

    /** Goal: whatever a caller sends, it is a call or a {@link DialectException}. Method: damage good bodies. */
    @Test
    void damagedRequestsNeverEscapeAsAnotherException() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (GoldenFiles golden : requests().toList()) {
            byte[] good = golden.in().getFirst().getBytes(StandardCharsets.UTF_8);
            for (int round = 0; round < 300; round++) {
                byte[] bad = good.clone();
                for (int hit = 0; hit <= random.nextInt(3); hit++) {
                    bad[random.nextInt(bad.length)] =
                            "{}[]\":,01-e.ntf \\\n\377".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(19)];
                }
                try {
                    assertThat(read(bad).call().ollamaBody()).isNotEmpty();
                } catch (DialectException e) {
                    assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
                } catch (RuntimeException e) {
                    throw new AssertionError(
                            "seed " + seed + ", body " + new String(bad, StandardCharsets.ISO_8859_1), e);
                }
            }
        }
    }

    private static ChatCompletionRequest read(byte[] body) {
        return ChatCompletionRequest.read(body, Manner.OLLAMA);
    }

    private static String pretty(byte[] json) throws IOException {
        JsonNode tree = Json.MAPPER.readTree(json);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    }
}
