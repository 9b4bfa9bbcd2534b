package dev.llamero.inference.prompt;

/**
 * How a model marks what is not content in its answers (specification 10.3 and 11.4).
 *
 * @param thinkOpen text before thinking; "" if thinking is not marked
 * @param thinkClose text behind thinking
 * @param toolCall text before a tool call
 * @param closesCalls whether each call stands between tags of Hermes; else it is found by the name of its tool
 */
public record AnswerTags(String thinkOpen, String thinkClose, String toolCall, boolean closesCalls) {
    /** Those of Qwen3 and Hermes, which models with a Jinja template are taken to use. */
    public static final AnswerTags QWEN = new AnswerTags("<think>", "</think>", "<tool_call>", true);

    boolean marksThinking() {
        return !thinkOpen.isEmpty() && !thinkClose.isEmpty();
    }
}
