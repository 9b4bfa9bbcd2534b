package dev.llamero.dialects;

/** The dialects that callers speak, as far as errors are concerned. */
public enum CallerDialect {
    /** {@code {"error":{"message","type","param","code"}}} */
    OPENAI {
        @Override
        public byte[] error(Failure failure, String requestId) {
            return OpenAiErrors.body(failure);
        }
    },
    /** {@code {"type":"error","error":{"type","message"},"request_id"}} */
    ANTHROPIC {
        @Override
        public byte[] error(Failure failure, String requestId) {
            return AnthropicErrors.body(failure, requestId);
        }
    },
    /** {@code {"error":"..."}} */
    OLLAMA {
        @Override
        public byte[] error(Failure failure, String requestId) {
            return Json.bytes(json -> {
                json.writeStartObject();
                json.writeStringField("error", failure.message());
                json.writeEndObject();
            });
        }
    };

    /**
     * The body of an answer that reports a failure.
     *
     * @param requestId for dialects that repeat it
     */
    public abstract byte[] error(Failure failure, String requestId);
}
