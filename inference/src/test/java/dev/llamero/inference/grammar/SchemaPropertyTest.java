package dev.llamero.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a grammar allows keeps the schema that it was made of. More rounds by {@code -Dllamero.schemas=N}. */
@Timeout(3_600)
class SchemaPropertyTest {
    private static final int ROUNDS = Integer.getInteger("llamero.schemas", 4_000);
    private static final int TEXTS = 6;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Test
    void textsOfTheGrammarKeepTheSchema() throws Exception {
        int made = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            var random = new Random(seed);
            JsonNode schema = JSON.readTree(new RandomSchemas(random).next().toString());
            String grammar;
            try {
                grammar = JsonSchemaGrammar.of(schema);
            } catch (SchemaException e) {
                assertThat(e.getMessage()).startsWith("JSON schema error at #");
                continue;
            }
            made++;
            var matcher = new GbnfMatcher(grammar);
            var validator = new SimpleValidator(schema);
            for (int i = 0; i < TEXTS; i++) {
                String text = matcher.sample(random);
                if (text == null) {
                    // A value of such a schema would hold one of its own kind without end.
                    assertThat(schema.toString()).contains("$ref");
                    break;
                }
                assertThat(validator.fault(schema, JSON.readTree(text), "#"))
                        .as("seed %d, schema %s, text %s", seed, schema, text)
                        .isNull();
            }
        }
        assertThat(made).as("schemas that became grammars").isGreaterThan(ROUNDS / 3);
    }
}
