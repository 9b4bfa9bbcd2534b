package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.List;

/** Finds tool calls in an answer, piece by piece. Used by one thread. */
interface CallFinder {
    /** Takes text; adds finished calls to the list and gives what is content for certain. */
    String accept(String text, List<ToolCall> calls);

    /** Adds the last calls, and gives what was held back, at the end of the answer. */
    String finish(List<ToolCall> calls);
}
