package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How an answer is drawn; what is null is left to the server.
 *
 * @param thinking {@code default}, {@code off}, {@code on}, {@code low}, {@code medium} or {@code high}
 */
public record Sampling(
        Double temperature,
        Double topP,
        Integer topK,
        Integer seed,
        Integer contextTokens,
        Integer answerTokensMax,
        String thinking) {
    /** Adds the fields of OpenAI's API, and those of Ollama's that our proxy takes besides. */
    void write(ObjectNode body) {
        if (temperature != null) {
            body.put("temperature", temperature);
        }
        if (topP != null) {
            body.put("top_p", topP);
        }
        if (topK != null) {
            body.put("top_k", topK);
        }
        if (seed != null) {
            body.put("seed", seed);
        }
        if (answerTokensMax != null) {
            body.put("max_tokens", answerTokensMax);
        }
        if (contextTokens != null) {
            body.putObject("options").put("num_ctx", contextTokens);
        }
        switch (thinking) {
            case "off" -> body.put("reasoning_effort", "none");
            case "on" -> body.put("think", true);
            case "low", "medium", "high" -> body.put("reasoning_effort", thinking);
            default -> {
                // The model's own way.
            }
        }
    }
}
