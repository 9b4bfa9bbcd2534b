package dev.llamero.inference.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.grammar.JsonSchemaGrammar;
import dev.llamero.inference.grammar.SchemaException;
import java.util.Optional;

/** The {@code format} field: none, any JSON object, or a schema, as a grammar (specification 12). */
final class AnswerFormat {
    /** Made for the first schema: it takes the JVM a tenth of a second, which a first chat without one is spared. */
    private static final class SchemaReader {
        private static final JsonMapper JSON = JsonMapper.builder().build();
    }

    private AnswerFormat() {}

    /**
     * The grammar that the answer must keep.
     *
     * @param raw the field's text; null if absent
     * @throws ApiException 500 for what is no format, 400 for a schema that cannot be kept
     */
    static Optional<String> grammar(String raw) {
        if (raw == null || raw.equals("\"\"")) {
            return Optional.empty();
        }
        if (raw.equals("\"json\"")) {
            return Optional.of(JsonSchemaGrammar.anyObject());
        }
        if (!raw.startsWith("{")) {
            throw new ApiException(
                    500, "invalid format: " + GoText.quoted(raw) + "; expected \"json\" or a valid JSON Schema object");
        }
        try {
            JsonNode schema = SchemaReader.JSON.readTree(raw);
            // As in llama.cpp, a schema that says nothing is the one of "json".
            return Optional.of(schema.isEmpty() ? JsonSchemaGrammar.anyObject() : JsonSchemaGrammar.of(schema));
        } catch (SchemaException e) {
            throw ApiException.badRequest("format: " + e.getMessage());
        } catch (JsonProcessingException e) {
            throw ApiException.badRequest("format: not readable as JSON: " + e.getOriginalMessage());
        }
    }
}
