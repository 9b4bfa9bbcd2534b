package dev.llamero.dialects;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A request of {@code POST /v1/responses} (specification 18.6). Stateless: nothing is stored, so no earlier response
 * can be gone on from.
 *
 * @param model as the caller typed it; answers repeat it
 * @param echo members of the response object that repeat the request
 * @param parallelCalls whether an answer may have more than one tool call
 */
public record ResponsesRequest(
        ModelCall call, String model, boolean stream, ObjectNode echo, boolean parallelCalls, Manner manner)
        implements CallerRequest {
    /**
     * Reads a request body.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static ResponsesRequest read(byte[] body, Manner manner) {
        return new ResponsesReader(new Fields(Json.request(body), ""), manner).translate();
    }

    @Override
    public AnswerWriter answer(String token, long createdSeconds) {
        var response = new ResponseObject(this, token, createdSeconds);
        AnswerWriter writer = stream
                ? new ResponsesStream(response)
                : new WholeWriter(OpenAiErrors::body, (json, answer, end) -> {
                    ObjectNode whole = response.whole(answer, end);
                    for (var member : whole.properties()) {
                        json.writeFieldName(member.getKey());
                        json.writeTree(member.getValue());
                    }
                });
        return parallelCalls ? writer : new FirstCallOnly(writer);
    }
}
