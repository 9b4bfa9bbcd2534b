package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The one mapper, and writing to memory without checked exceptions. */
final class Json {
    /** Depth of the deepest JSON taken in: schemas of tools nest, but not a hundredfold. */
    private static final int DEPTH_MAX = 200;

    /** Longest string: an image as base64. The body limit of the server is the tighter bound. */
    private static final int STRING_CHARS_MAX = 256 << 20;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(STRING_CHARS_MAX)
                            .build())
                    // An emoji is four bytes on the wire, not two escapes of six.
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build())
            // Numbers in schemas and arguments pass through as they were written.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    /**
     * Reads the first JSON value; a missing node if there is none. Bytes after it are ignored, as Ollama does.
     *
     * @throws InvalidJson also for bytes that are no UTF-8 and for numbers too large to hold
     */
    static JsonNode read(byte[] bytes, int offset, int length) throws InvalidJson {
        try {
            return MAPPER.readTree(bytes, offset, length);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String reason =
                    e.getOriginalMessage().lines().findFirst().orElse("").replaceAll(" \\(start marker.*", "");
            throw new InvalidJson(
                    reason + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()), e);
        } catch (NumberFormatException e) {
            // Jackson lets java.math's own refusal of an exponent through.
            throw new InvalidJson("a number is out of range", e);
        } catch (CharConversionException e) {
            throw new InvalidJson("the bytes are not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    static JsonNode read(byte[] bytes) throws InvalidJson {
        return read(bytes, 0, bytes.length);
    }

    /**
     * The JSON object that a request's body must hold. As for Ollama, {@code null} is an empty one.
     *
     * @throws DialectException with {@link DialectError.BadJson}
     */
    static ObjectNode request(byte[] body) {
        try {
            JsonNode root = read(body);
            if (root.isMissingNode()) {
                throw badRequest("the request body is empty; send a JSON object");
            }
            if (root.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw badRequest("the request body must be a JSON object, not " + Fields.describe(root));
        } catch (InvalidJson e) {
            throw badRequest("the request body is not valid JSON: " + e.getMessage());
        }
    }

    private static DialectException badRequest(String message) {
        return new DialectException(new DialectError.BadJson(message));
    }

    static byte[] bytes(Body body) {
        // Grows by pieces: a request with images is not copied at each doubling.
        try (var out = new ByteArrayBuilder(256)) {
            write(out, body);
            return out.toByteArray();
        }
    }

    static void write(OutputStream out, Body body) {
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** The UTF-8 bytes of a text as a list of numbers. */
    static ArrayNode utf8Numbers(String text) {
        ArrayNode numbers = JsonNodeFactory.instance.arrayNode();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            numbers.add(b & 0xff);
        }
        return numbers;
    }

    /** Writes JSON: one value, or the members of an object. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** The bytes are not JSON; the message says why and where. */
    static final class InvalidJson extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidJson(String reason, Throwable cause) {
            super(reason, cause, false, false);
        }
    }
}
