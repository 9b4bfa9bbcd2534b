package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same tokens as llama.cpp's own server gave for the same files, prompts and settings; see recorded.json. */
@Tag("native")
class RecordedTokensTest {
    @ParameterizedTest
    @ValueSource(strings = {TestModels.SMOLLM, TestModels.QWEN})
    void greedyAnswersAreThoseOfLlamaServer(String name) throws IOException {
        try (OpenModel model = TestModels.open(TestModels.shared(name))) {
            for (JsonNode completion : recorded(name).get("completions")) {
                int[] expected = ints(completion.get("generated"));
                int[] prompt = model.tokenizer().encode(completion.get("prompt").asText(), false, true);
                assertThat(prompt).as("prompt tokens").isEqualTo(ints(completion.get("promptTokens")));
                int[] answer = TestModels.greedy(model.decoder(), 0, prompt, expected.length);
                assertThat(answer).as(completion.get("prompt").asText()).isEqualTo(expected);
                model.decoder().remove(0, 0, -1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TestModels.SMOLLM, TestModels.QWEN})
    void textsBecomeTheTokensOfLlamaServer(String name) throws IOException {
        try (OpenModel model = TestModels.open(TestModels.shared(name))) {
            for (JsonNode tokenization : recorded(name).get("tokenizations")) {
                int[] tokens = model.tokenizer()
                        .encode(
                                tokenization.get("text").asText(),
                                true,
                                tokenization.get("parseSpecial").asBoolean());
                assertThat(tokens).as(tokenization.toString()).isEqualTo(ints(tokenization.get("tokens")));
            }
        }
    }

    private static JsonNode recorded(String name) throws IOException {
        try (InputStream in = RecordedTokensTest.class.getResourceAsStream("recorded.json")) {
            return new ObjectMapper().readTree(in).get("models").get(name);
        }
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
