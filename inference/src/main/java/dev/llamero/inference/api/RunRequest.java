package dev.llamero.inference.api;

import java.time.Duration;
import java.util.Map;

/**
 * What generate and chat requests have in common.
 *
 * @param stream one object per token event, or one for all
 * @param format the raw JSON of the field; null if absent
 * @param keepAlive how long the model stays after this request; null for "as it is"
 * @param options as sent; empty if absent
 * @param think null if not said
 * @param truncate whether a prompt that is too long may be cut
 * @param shift whether a full context may drop its middle while generating
 * @param logprobs whether to report log probabilities
 * @param topLogprobs alternatives per token, 0 to 20
 * @param debugRenderOnly give the rendered prompt and do not run
 */
public record RunRequest(
        boolean stream,
        String format,
        Duration keepAlive,
        Map<String, Object> options,
        Think think,
        boolean truncate,
        boolean shift,
        boolean logprobs,
        int topLogprobs,
        boolean debugRenderOnly) {

    static RunRequest read(GoStruct body) {
        Map<String, Object> options = body.map("options");
        return new RunRequest(
                body.bool("stream", true),
                body.raw("format"),
                body.custom("keep_alive", GoDuration::read),
                options == null ? Map.of() : options,
                body.custom("think", Think::read),
                body.bool("truncate", true),
                body.bool("shift", true),
                body.bool("logprobs", false),
                body.integer("top_logprobs"),
                body.bool("_debug_render_only", false));
    }

    /** Whether the request says to unload at once. */
    public boolean unloads() {
        return keepAlive != null && keepAlive.isZero();
    }

    /** How many alternatives the engine should report; -1 for no log probabilities. */
    public int logprobsWanted() {
        return logprobs ? topLogprobs : -1;
    }
}
