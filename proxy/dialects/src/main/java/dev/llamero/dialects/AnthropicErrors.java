package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Anthropic's error object (specification 19). */
final class AnthropicErrors {
    private AnthropicErrors() {}

    static byte[] body(Failure failure, String requestId) {
        return Json.bytes(json -> {
            json.writeStartObject();
            error(json, failure);
            json.writeStringField("request_id", requestId);
            json.writeEndObject();
        });
    }

    /** The two members that the body and the event of a stream share. */
    static void error(JsonGenerator json, Failure failure) throws IOException {
        json.writeStringField("type", "error");
        json.writeObjectFieldStart("error");
        json.writeStringField("type", type(failure.status()));
        json.writeStringField("message", failure.message());
        json.writeEndObject();
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
