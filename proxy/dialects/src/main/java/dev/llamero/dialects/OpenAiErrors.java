package dev.llamero.dialects;

/** OpenAI's error object: {@code {"error":{"message","type","param","code"}}} (specification 18.1). */
public final class OpenAiErrors {
    private OpenAiErrors() {}

    /**
     * An error body.
     *
     * @param param the field it is about, or null
     * @param code a word that programs can compare, or null
     */
    public static byte[] body(String message, String type, String param, String code) {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("message", message);
            json.writeStringField("type", type);
            json.writeStringField("param", param);
            json.writeStringField("code", code);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    static byte[] body(Failure failure) {
        return body(failure.message(), type(failure.status()), failure.field(), failure.code());
    }

    /** The body for a failed translation, or for an error of the model server. */
    public static byte[] body(DialectError error) {
        return body(Failure.of(error));
    }

    /** The HTTP status of an error that is found before the first byte of the answer. */
    public static int status(DialectError error) {
        return Failure.of(error).status();
    }

    /** OpenAI's type word of a status. */
    public static String type(int status) {
        return switch (status) {
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            default -> status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    static String code(DialectError.Refused refused) {
        String message = refused.message();
        if (refused.status() == 404) {
            return "model_not_found";
        }
        boolean tooLong = message.contains("exceeds the available context size")
                || message.contains("longer than the context length");
        return tooLong ? "context_length_exceeded" : null;
    }
}
