package dev.llamero.inference.http;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.engine.TokenLogprob;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How an endpoint writes an answer: chat and generate differ in names and order of the keys. */
interface AnswerShape {
    /** An object in the middle of a stream. */
    Map<String, Object> piece(Delta delta, List<TokenLogprob> logprobs);

    /**
     * An object in the middle of a stream with complete tool calls; empty if the endpoint has none.
     *
     * @param before how many calls were told before
     */
    Optional<Map<String, Object>> calls(List<ToolCall> calls, int before);

    /**
     * The last object of a stream, or the only one.
     *
     * @param delta what is left to tell; everything, if it is the only one
     * @param raw the whole text that the model wrote
     * @throws InterruptedException if the thread is interrupted
     */
    Map<String, Object> last(Delta delta, List<TokenLogprob> logprobs, Ending ending, String raw)
            throws InterruptedException;
}
