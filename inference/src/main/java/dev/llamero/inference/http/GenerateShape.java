package dev.llamero.inference.http;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.engine.TokenLogprob;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replies of {@code /api/generate} (specification 5.2). */
final class GenerateShape implements AnswerShape {
    private final String model;
    private final Context context;

    /** Gives the tokens to send back as {@code context}; null for none. */
    interface Context {
        /** @param raw the text that the model wrote */
        int[] after(String raw) throws InterruptedException;
    }

    /** @param model as the client typed it */
    GenerateShape(String model, Context context) {
        this.model = model;
        this.context = context;
    }

    @Override
    public Map<String, Object> piece(Delta delta, List<TokenLogprob> logprobs) {
        Map<String, Object> object = head(delta, false);
        LogprobObjects.addTo(object, logprobs);
        return object;
    }

    /** This endpoint takes no tools. */
    @Override
    public Optional<Map<String, Object>> calls(List<ToolCall> calls, int before) {
        return Optional.empty();
    }

    @Override
    public Map<String, Object> last(Delta delta, List<TokenLogprob> logprobs, Ending ending, String raw)
            throws InterruptedException {
        Map<String, Object> object = head(delta, true);
        object.put("done_reason", ending.reason());
        int[] tokens = context.after(raw);
        if (tokens != null && tokens.length > 0) {
            object.put("context", tokens);
        }
        ending.addTo(object);
        LogprobObjects.addTo(object, logprobs);
        return object;
    }

    /** The reply to a request that only loads or unloads. */
    static Map<String, Object> empty(String model, String reason) {
        Map<String, Object> object = new GenerateShape(model, raw -> null).head(Delta.EMPTY, true);
        object.put("done_reason", reason);
        return object;
    }

    /** The reply that shows the prompt. */
    static Map<String, Object> rendered(String model, String prompt) {
        Map<String, Object> object = new GenerateShape(model, raw -> null).head(Delta.EMPTY, false);
        object.put("_debug_info", Map.of("rendered_template", prompt));
        return object;
    }

    private Map<String, Object> head(Delta delta, boolean done) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model);
        object.put("created_at", Texts.now());
        object.put("response", delta.content());
        if (!delta.thinking().isEmpty()) {
            object.put("thinking", delta.thinking());
        }
        object.put("done", done);
        return object;
    }
}
