package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The built-in model says here what it said in PyTorch: fifty prompts with the greedy answers that its training's own
 * program gave, and that llama.cpp's server gave as well.
 */
@Tag("native")
class BuiltInModelTest {
    private static final Path MODEL = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final int CONTEXT = 1024;
    private static final int STEP = 128;

    private OpenModel model;

    @BeforeEach
    void open() {
        model = TestModels.runtime().open(MODEL, TestModels.settings(CONTEXT, 1), LoadProgress.NONE);
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void promptsBecomeTheTokensOfTheTraining() throws IOException {
        for (JsonNode dialogue : dialogues()) {
            assertThat(model.tokenizer().encode(dialogue.get("prompt").asText(), false, true))
                    .as(dialogue.get("prompt").asText())
                    .isEqualTo(ints(dialogue.get("promptIds")));
        }
    }

    @Test
    void greedyAnswersAreThoseOfTheTraining() throws IOException {
        List<JsonNode> dialogues = dialogues();
        for (JsonNode dialogue : dialogues) {
            int[] answer = answer(
                    ints(dialogue.get("promptIds")), dialogue.get("answerIds").size());
            assertThat(text(answer))
                    .as(dialogue.get("prompt").asText())
                    .isEqualTo(dialogue.get("answer").asText());
            assertThat(answer).isEqualTo(ints(dialogue.get("answerIds")));
        }
        assertThat(dialogues).hasSize(50);
    }

    /** The greedy answer without the token that ends it. It may be a little longer than expected, to show a miss. */
    private int[] answer(int[] prompt, int expected) {
        Decoder decoder = model.decoder();
        Tokenizer tokenizer = model.tokenizer();
        decoder.remove(0, 0, -1);
        int next = 0;
        for (int from = 0; from < prompt.length; from += STEP) {
            int[] part = Arrays.copyOfRange(prompt, from, Math.min(from + STEP, prompt.length));
            next = TestModels.step(decoder, 0, from, part);
        }
        var answer = IntStream.builder();
        for (int i = 0; i < expected + 8 && !tokenizer.endsGeneration(next); i++) {
            answer.add(next);
            next = TestModels.step(decoder, 0, prompt.length + i, next);
        }
        return answer.build().toArray();
    }

    private String text(int[] tokens) {
        var bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(model.tokenizer().bytes(token, true));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static List<JsonNode> dialogues() throws IOException {
        try (InputStream in = BuiltInModelTest.class.getResourceAsStream("/tiny-qwen3/greedy.json")) {
            var dialogues = new ArrayList<JsonNode>();
            new ObjectMapper().readTree(in).forEach(dialogues::add);
            return dialogues;
        }
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
