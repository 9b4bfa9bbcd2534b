package dev.llamero.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.upstream.Sampling;
import java.util.List;

/**
 * How a conversation's questions are asked; null and empty leave it to proxy and model.
 *
 * @param model whom to ask
 * @param systemPrompt goes before the conversation
 * @param temperature 0 to 2
 * @param topP 0 to 1
 * @param topK 0 to 1000; 0 switches it off
 * @param seed of the sampler; without one the model's own counts, and without that each turn gets one of ours
 * @param contextTokens size of the context
 * @param answerTokensMax after which an answer is cut
 * @param thinking {@code default}, {@code off}, {@code on}, {@code low}, {@code medium} or {@code high}
 */
public record ChatSettings(
        String model,
        String systemPrompt,
        Double temperature,
        Double topP,
        Integer topK,
        Integer seed,
        Integer contextTokens,
        Integer answerTokensMax,
        String thinking) {
    public static final int SYSTEM_PROMPT_CHARS_MAX = 32_000;

    private static final int MODEL_CHARS_MAX = 200;
    private static final int TOKENS_MAX = 1 << 20;
    private static final List<String> THINKING = List.of("default", "off", "on", "low", "medium", "high");

    public static final ChatSettings NONE = new ChatSettings("", "", null, null, null, null, null, null, "default");

    /** The same with a seed that nobody chose; it is kept below 0, so that it gives way to a model's own. */
    ChatSettings withSeedOfOurs(int ours) {
        return new ChatSettings(
                model, systemPrompt, temperature, topP, topK, ~ours, contextTokens, answerTokensMax, thinking);
    }

    boolean hasSeedOfOurs() {
        return seed != null && seed < 0;
    }

    /** The same, but an answer may be as long as it likes: to go on after a cut. */
    ChatSettings unlimited() {
        return new ChatSettings(model, systemPrompt, temperature, topP, topK, seed, contextTokens, null, thinking);
    }

    /** @param modelHasSeed whether the model has one of its own, which counts where nobody chose another */
    Sampling sampling(boolean modelHasSeed) {
        Integer sent = hasSeedOfOurs() ? Integer.valueOf(~seed) : seed;
        return new Sampling(
                temperature,
                topP,
                topK,
                hasSeedOfOurs() && modelHasSeed ? null : sent,
                contextTokens,
                answerTokensMax,
                thinking);
    }

    String json() {
        return Json.write(this);
    }

    /** What {@link #json} wrote; nothing is what a conversation has that was never set. */
    static ChatSettings of(String json) {
        return json.isEmpty() ? NONE : checked(Json.read(json), Integer.MIN_VALUE);
    }

    /**
     * Reads and checks each field.
     *
     * @throws IllegalArgumentException that names the field and its bounds
     */
    public static ChatSettings checked(JsonNode node) {
        return checked(node, 0);
    }

    private static ChatSettings checked(JsonNode node, int seedMin) {
        String thinking = text(node, "thinking", 10);
        if (!thinking.isEmpty() && !THINKING.contains(thinking)) {
            throw new IllegalArgumentException("thinking must be one of " + String.join(", ", THINKING));
        }
        return new ChatSettings(
                text(node, "model", MODEL_CHARS_MAX),
                text(node, "systemPrompt", SYSTEM_PROMPT_CHARS_MAX),
                number(node, "temperature", 2),
                number(node, "topP", 1),
                whole(node, "topK", 0, 1000),
                whole(node, "seed", seedMin, Integer.MAX_VALUE),
                whole(node, "contextTokens", 256, TOKENS_MAX),
                whole(node, "answerTokensMax", 1, TOKENS_MAX),
                thinking.isEmpty() ? "default" : thinking);
    }

    private static String text(JsonNode node, String name, int max) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual() || value.textValue().length() > max) {
            throw new IllegalArgumentException(name + " must be a text of at most " + max + " characters");
        }
        return value.textValue();
    }

    private static Double number(JsonNode node, String name, int max) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= max)) {
            throw new IllegalArgumentException(name + " must be a number from 0 to " + max);
        }
        return value.doubleValue();
    }

    private static Integer whole(JsonNode node, String name, int min, int max) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw new IllegalArgumentException(name + " must be a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }
}
