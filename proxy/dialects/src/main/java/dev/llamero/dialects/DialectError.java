package dev.llamero.dialects;

import java.util.Objects;

/** Everything that can go wrong in a translation. The caller of this library turns it into a status and a body. */
public sealed interface DialectError {
    /** One sentence for the person who sent the request. */
    String message();

    /** The request is not a JSON object. */
    record BadJson(String message) implements DialectError {}

    /**
     * A field of the request is missing, of the wrong type or out of range.
     *
     * @param field its path, {@code messages[2].content[0].image_url.url}
     */
    record BadField(String field, String message) implements DialectError {
        public BadField {
            Objects.requireNonNull(field, "field is null");
        }
    }

    /**
     * The model server refused the request or reported an error in its stream.
     *
     * @param status its HTTP status; 500 for an error inside a stream that began with 200
     */
    record Refused(int status, String message) implements DialectError {}

    /** The model server sent something that is no answer in Ollama's dialect, or ended without finishing it. */
    record Garbled(String message) implements DialectError {}
}
