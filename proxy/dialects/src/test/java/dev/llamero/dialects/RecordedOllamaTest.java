package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real Ollama answered the same question on {@code /api/chat} and on {@code /v1}, both recorded. Translating the
 * first must give the second: same events, text and key order. Ids, times and cuts between tokens differ from run to
 * run.
 */
class RecordedOllamaTest {
    private static final Path GOLDEN = Path.of("../../../shared/golden");

    @ParameterizedTest
    @CsvSource({
        "thinking/chat-default-stream.json, thinking/v1-stream.json",
        "thinking/chat-default.json, thinking/v1-default.json",
        "thinking/chat-off.json, thinking/v1-none.json",
        "tools/chat-stream.json, tools/v1-stream.json",
        "tools/chat.json, tools/v1.json"
    })
    void nativeAnswerTranslatesToTheRecordedOpenAiAnswer(String nativeFile, String openAiFile) throws IOException {
        JsonNode nativeRecord = recording(nativeFile);
        JsonNode openAiRecord = recording(openAiFile);
        byte[] body = openAiRecord.at("/request/body").asText().getBytes(StandardCharsets.UTF_8);
        AnswerWriter writer = ChatCompletionRequest.read(body, Manner.OLLAMA).answer("x", 0);
        AnswerReader reader = UpstreamKind.OLLAMA.answer("");
        var out = new ByteArrayOutputStream();
        for (String line : lines(nativeRecord)) {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            reader.feed(bytes, 0, bytes.length, chunk -> out.writeBytes(writer.write(chunk)));
        }
        assertThat(shape(out.toString(StandardCharsets.UTF_8).lines().toList())).isEqualTo(shape(lines(openAiRecord)));
    }

    private static JsonNode recording(String name) throws IOException {
        Path file = GOLDEN.resolve(name);
        Assumptions.assumeTrue(Files.exists(file), () -> "skipped: no recording at " + file);
        return Json.MAPPER.readTree(Files.readAllBytes(file));
    }

    private static List<String> lines(JsonNode recorded) {
        JsonNode response = recorded.get("response");
        if (response.hasNonNull("body")) {
            return response.get("body").asText().lines().toList();
        }
        var lines = new ArrayList<String>();
        response.get("lines").forEach(line -> lines.add(line.asText().strip()));
        return lines;
    }

    /** Runs of equal deltas become one with their joined text; what differs from run to run becomes a fixed word. */
    private static List<String> shape(List<String> lines) throws IOException {
        UnaryOperator<String> fixed = line ->
                line.replaceAll("\"id\":\"[^\"]*\"", "\"id\":\"ID\"").replaceAll("\"created\":\\d+", "\"created\":0");
        var shapes = new ArrayList<String>();
        var text = new StringBuilder();
        String previous = "";
        for (String line : lines.stream().filter(l -> !l.isBlank()).map(fixed).toList()) {
            JsonNode delta = line.startsWith("data: {")
                    ? Json.MAPPER.readTree(line.substring(6)).at("/choices/0/delta")
                    : Json.MAPPER.missingNode();
            text.append(delta.path("content").asText())
                    .append(delta.path("reasoning").asText());
            String shape = delta.isMissingNode()
                    ? line
                    : line.replaceAll("\"(content|reasoning)\":\"[^\"\\\\]*(\\\\.[^\"\\\\]*)*\"", "\"$1\":TEXT");
            if (!shape.equals(previous)) {
                shapes.add(shape);
            }
            previous = shape;
        }
        shapes.add(text.toString());
        return shapes;
    }
}
