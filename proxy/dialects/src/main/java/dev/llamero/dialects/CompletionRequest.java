package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A request of {@code POST /v1/completions} (specification 18.3). At an Ollama server it runs through the model's chat
 * template, as it does in Ollama's own {@code /v1}.
 *
 * @param model as the caller typed it; answers repeat it
 * @param includeUsage whether a stream ends with a usage chunk
 * @param logprobs whether the answer shows them, which Ollama's never does
 */
public record CompletionRequest(ModelCall call, String model, boolean stream, boolean includeUsage, boolean logprobs)
        implements CallerRequest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int LOGPROBS_MAX = 20;

    /**
     * Reads a request body.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static CompletionRequest read(byte[] body, Manner manner) {
        var request = new Fields(Json.request(body), "");
        String model = manner == Manner.OFFICIAL
                ? request.requiredText("model")
                : request.text("model").orElse("");
        ObjectNode generate = NODES.objectNode().put("model", model);
        ObjectNode extras = NODES.objectNode();
        generate.put("prompt", prompt(request, manner));
        request.text("suffix").filter(suffix -> !suffix.isEmpty()).ifPresent(suffix -> generate.put("suffix", suffix));
        generate.put("stream", true);
        if (manner == Manner.OFFICIAL) {
            ChatRequestReader.onlyOne(request, "n", "");
            ChatRequestReader.onlyOne(request, "best_of", "");
            if (request.flag("echo").orElse(false)) {
                throw badField("echo", "echo is not supported; put the prompt before the answer yourself");
            }
        }
        generate.set("options", options(request, manner));
        request.any("keep_alive").ifPresent(value -> generate.set("keep_alive", value));
        request.any("logit_bias").ifPresent(value -> extras.set("logit_bias", value));
        // Ollama passes over those below zero.
        long least = manner == Manner.OLLAMA ? Integer.MIN_VALUE : 0;
        long alternatives = request.integer("logprobs", least, LOGPROBS_MAX).orElse(0L);
        if (alternatives > 0) {
            generate.put("logprobs", true).put("top_logprobs", alternatives);
        }
        boolean includeUsage = request.nested("stream_options")
                .flatMap(options -> options.flag("include_usage"))
                .orElse(false);
        return new CompletionRequest(
                new ModelCall(Operation.GENERATE, model, generate, new ToolChoice.Auto(), extras),
                model,
                request.flag("stream").orElse(false),
                includeUsage,
                alternatives > 0 && manner == Manner.OFFICIAL);
    }

    /** A list of one text is that text; more would be several answers. */
    private static String prompt(Fields request, Manner manner) {
        JsonNode prompt = request.any("prompt").orElse(NODES.textNode(""));
        if (prompt.isTextual()) {
            if (manner == Manner.OFFICIAL && prompt.textValue().isEmpty()) {
                throw badField("prompt", "prompt is missing; it must be a string that is not empty");
            }
            return prompt.textValue();
        }
        if (prompt.isArray() && prompt.size() == 1 && prompt.get(0).isTextual()) {
            return prompt.get(0).textValue();
        }
        throw prompt.isArray()
                ? badField(
                        "prompt", "prompt must be one string; lists of several prompts or of tokens are not supported")
                : request.wrongType("prompt", "a string", prompt);
    }

    private static ObjectNode options(Fields request, Manner manner) {
        ObjectNode options = new Sampling(request)
                .length("max_tokens")
                .numbers("temperature", "top_p")
                .integers(Long.MIN_VALUE, Long.MAX_VALUE, "seed")
                .numbers("frequency_penalty", "presence_penalty", "min_p")
                .integers(0, Integer.MAX_VALUE, "top_k")
                .stop("stop")
                .orInOllama(manner, 1.0, "temperature", "top_p")
                .orInOllama(manner, 0.0, "frequency_penalty", "presence_penalty")
                .options();
        // As in Ollama, where 0 says nothing about top_p.
        if (manner == Manner.OLLAMA && options.path("top_p").doubleValue() == 0) {
            options.put("top_p", 1.0);
        }
        return options;
    }

    @Override
    public AnswerWriter answer(String token, long createdSeconds) {
        var parts = new CompletionStream.Parts("cmpl-" + token, createdSeconds, model, logprobs);
        return stream
                ? new CompletionStream(parts, includeUsage)
                : new WholeWriter(OpenAiErrors::body, (json, answer, end) -> {
                    json.writeStringField("id", parts.id());
                    json.writeStringField("object", "text_completion");
                    json.writeNumberField("created", createdSeconds);
                    json.writeStringField("model", model);
                    json.writeStringField("system_fingerprint", OpenAiParts.FINGERPRINT);
                    parts.choices(json, answer.content(), OpenAiParts.finishReason(end, false), answer.logprobs(), 0);
                    OpenAiParts.usage(json, end.usage());
                });
    }
}
