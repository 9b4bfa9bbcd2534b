package dev.llamero.dialects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * A chat completion request, read and translated.
 *
 * @param model as the caller typed it; answers repeat it
 * @param stream whether the caller wants events or one object
 * @param includeUsage whether a stream ends with a usage chunk
 * @param ollamaRequest body for {@code /api/chat}. It always asks for a stream, also when the caller does not: so a
 *     deadline on silence, a cancel and the time of the first token work alike for both
 */
public record ChatCall(String model, boolean stream, boolean includeUsage, ObjectNode ollamaRequest) {
    public ChatCall {
        Objects.requireNonNull(model, "model is null");
        Objects.requireNonNull(ollamaRequest, "ollamaRequest is null");
    }

    /**
     * Reads a request body of {@code POST /v1/chat/completions}.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static ChatCall read(byte[] body) {
        var request = ChatCompletionRequest.read(body, Manner.OLLAMA);
        ModelCall call = request.call();
        ObjectNode ollama = OllamaRequests.tree(call);
        return new ChatCall(request.model(), request.stream(), request.includeUsage(), ollama);
    }

    /** The translated request as UTF-8. */
    public byte[] ollamaBody() {
        return Json.bytes(json -> json.writeTree(ollamaRequest));
    }
}
