package dev.llamero.inference.http;

import dev.llamero.inference.engine.TokenLogprob;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Log probabilities as the API writes them (specification 13). */
final class LogprobObjects {
    private LogprobObjects() {}

    /** Adds the key if there is anything to say. */
    static void addTo(Map<String, Object> object, List<TokenLogprob> logprobs) {
        if (!logprobs.isEmpty()) {
            object.put("logprobs", logprobs.stream().map(LogprobObjects::of).toList());
        }
    }

    private static Map<String, Object> of(TokenLogprob logprob) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("token", new String(logprob.bytes(), StandardCharsets.UTF_8));
        object.put("logprob", logprob.logprob());
        if (logprob.bytes().length > 0) {
            object.put("bytes", logprob.bytes());
        }
        if (!logprob.alternatives().isEmpty()) {
            object.put(
                    "top_logprobs",
                    logprob.alternatives().stream().map(LogprobObjects::of).toList());
        }
        return object;
    }
}
