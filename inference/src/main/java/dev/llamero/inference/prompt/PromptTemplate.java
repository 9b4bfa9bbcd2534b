package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.Think;
import java.util.List;
import java.util.Map;

/** What makes a prompt of messages: a GGUF's own Jinja template, or the Go template of a store's model. Any thread. */
public interface PromptTemplate {
    /**
     * The prompt, up to where the assistant's turn begins.
     *
     * @param tools each as a template sees it; empty for none
     * @param think null for a model that does not think
     * @throws ApiException if the template refuses these messages
     */
    String render(List<ChatMessage> messages, List<Map<String, Object>> tools, Think think);

    /** How answers to its prompts mark thinking and tool calls. */
    AnswerTags tags();
}
