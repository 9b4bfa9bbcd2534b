package dev.llamero.dialects;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * A caller's request in neutral terms, which are Ollama's, whatever dialect it was written in. Treated as immutable.
 *
 * @param model name that the model server shall see
 * @param body of the request to Ollama's endpoint for the operation. It always asks for a stream, also when the caller
 *     does not: so a deadline on silence, a cancel and the time of the first token work alike for both
 * @param toolChoice which tools may or must be called; Ollama has no field for it
 * @param openAiExtras fields as only OpenAI's dialect writes them, for servers that speak it
 */
public record ModelCall(
        Operation operation, String model, ObjectNode body, ToolChoice toolChoice, ObjectNode openAiExtras) {
    public ModelCall {
        Objects.requireNonNull(operation, "operation is null");
        Objects.requireNonNull(model, "model is null");
        Objects.requireNonNull(body, "body is null");
        Objects.requireNonNull(toolChoice, "toolChoice is null");
        Objects.requireNonNull(openAiExtras, "openAiExtras is null");
    }

    ModelCall(Operation operation, String model, ObjectNode body) {
        this(operation, model, body, new ToolChoice.Auto(), JsonNodeFactory.instance.objectNode());
    }

    /** The same call for a model of another name: an alias resolved. */
    public ModelCall withModel(String name) {
        ObjectNode renamed = JsonNodeFactory.instance.objectNode();
        renamed.put("model", name);
        body.properties().forEach(field -> {
            if (!field.getKey().equals("model")) {
                renamed.set(field.getKey(), field.getValue());
            }
        });
        return new ModelCall(operation, name, renamed, toolChoice, openAiExtras);
    }

    /**
     * The same call with the answer cut at this many tokens, if it is not cut before: a budget that is nearly spent.
     *
     * @param tokens at least 1
     */
    public ModelCall withTokensMax(long tokens) {
        ObjectNode options = body.path("options") instanceof ObjectNode given
                ? given.deepCopy()
                : JsonNodeFactory.instance.objectNode();
        long asked = options.path("num_predict").asLong(-1);
        if (asked > 0 && asked <= tokens) {
            return this;
        }
        ObjectNode limited = JsonNodeFactory.instance.objectNode();
        limited.setAll(body);
        limited.set("options", options.put("num_predict", tokens));
        return new ModelCall(operation, model, limited, toolChoice, openAiExtras);
    }

    ModelCall without(String field) {
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        rest.setAll(body);
        rest.remove(field);
        return new ModelCall(operation, model, rest, toolChoice, openAiExtras);
    }

    /** How many tokens the answer may have; 0 if the caller sets no limit. */
    public long tokensMax() {
        return Math.max(0, body.path("options").path("num_predict").asLong(0));
    }

    /** The body for Ollama as UTF-8, with the tools that the choice offers. */
    public byte[] ollamaBody() {
        return OllamaRequests.body(this);
    }
}
