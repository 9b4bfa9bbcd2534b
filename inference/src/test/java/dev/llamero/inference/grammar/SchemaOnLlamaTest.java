package dev.llamero.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.LoadProgress;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.ToyModel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** llama.cpp takes our grammars as they are meant: random tokens that it allows make values that keep the schema. */
@Tag("native")
@Timeout(600)
class SchemaOnLlamaTest {
    private static final int ROUNDS = Integer.getInteger("llamero.schemas.native", 300);
    private static final int TOKENS_MAX = 300;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @TempDir
    Path folder;

    @Test
    void randomTokensThatAreAllowedKeepTheSchema() throws Exception {
        Path file = folder.resolve("toy.gguf");
        ToyModel.write(file, 7);
        int finished = 0;
        LlamaRuntime runtime = LlamaRuntime.load(NativeSettings.fromEnvironment(Map.of()));
        try (OpenModel open = runtime.open(file, ModelSettings.ofContext(512), LoadProgress.NONE)) {
            for (int seed = 0; seed < ROUNDS; seed++) {
                var random = new Random(seed);
                JsonNode schema = JSON.readTree(new RandomSchemas(random).next().toString());
                String grammar;
                try {
                    grammar = JsonSchemaGrammar.of(schema);
                } catch (SchemaException e) {
                    continue;
                }
                try (TokenConstraint constraint = open.grammar(grammar)) {
                    String text = walk(constraint, open.tokenizer(), random);
                    // llama.cpp lets random bytes pass that only look like a character.
                    if (text != null && text.indexOf('\uFFFD') < 0) {
                        finished++;
                        assertThat(new SimpleValidator(schema).fault(schema, JSON.readTree(text), "#"))
                                .as("seed %d, schema %s, text %s", seed, schema, text)
                                .isNull();
                    }
                }
            }
        }
        assertThat(finished).as("walks that came to an end").isGreaterThan(ROUNDS / 10);
    }

    /** What random allowed tokens say; null if it has no end within bounds. */
    private static String walk(TokenConstraint constraint, Tokenizer tokenizer, Random random) {
        var bytes = new ByteArrayOutputStream();
        float[] logits = new float[tokenizer.vocabularySize()];
        for (int i = 0; i < TOKENS_MAX; i++) {
            java.util.Arrays.fill(logits, 0);
            constraint.mask(logits);
            int token = -1;
            int seen = 0;
            for (int candidate = 0; candidate < logits.length; candidate++) {
                if (logits[candidate] == Float.NEGATIVE_INFINITY) {
                    continue;
                }
                if (tokenizer.endsGeneration(candidate)) {
                    return bytes.toString(StandardCharsets.UTF_8);
                }
                // What closes is taken more often, so that values come to an end.
                String text = new String(tokenizer.bytes(candidate, false), StandardCharsets.UTF_8);
                int weight = text.equals("\"") || text.equals("}") || text.equals("]") ? 60 : text.isBlank() ? 0 : 1;
                seen += weight;
                token = weight > 0 && random.nextInt(seen) < weight || token < 0 ? candidate : token;
            }
            assertThat(token).as("a token that may follow %s", bytes).isNotNegative();
            constraint.accept(token);
            bytes.writeBytes(tokenizer.bytes(token, false));
        }
        return null;
    }
}
