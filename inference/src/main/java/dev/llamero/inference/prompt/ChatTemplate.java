package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.Think;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's own chat template: messages and tools to the text of a prompt. Immutable; any thread.
 *
 * <p>Variables are those that llama.cpp gives to a GGUF's Jinja template (specification 6.4): thinking of earlier turns
 * is not among them.
 */
public final class ChatTemplate implements PromptTemplate {
    private final Renderer renderer;
    private final String bos;
    private final String eos;
    private final boolean addsBos;
    private final AnswerTags tags;

    /** Variables to text; an {@link ApiException} says what the template refuses. */
    public interface Renderer {
        String render(Map<String, Object> variables);
    }

    /**
     * A template with the texts of its model's special tokens.
     *
     * @param bos text of the begin-of-text token; "" if the model has none
     * @param eos text of the end-of-text token; "" if the model has none
     * @param addsBos whether tokenizing puts the begin-of-text token in front by itself
     * @param tags how answers are marked
     */
    public ChatTemplate(Renderer renderer, String bos, String eos, boolean addsBos, AnswerTags tags) {
        this.renderer = renderer;
        this.bos = bos;
        this.eos = eos;
        this.addsBos = addsBos;
        this.tags = tags;
    }

    @Override
    public String render(List<ChatMessage> messages, List<Map<String, Object>> tools, Think think) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages.stream().map(ChatTemplate::variable).toList());
        if (!tools.isEmpty()) {
            variables.put("tools", tools);
        }
        variables.put("add_generation_prompt", !goesOn(messages));
        variables.put("bos_token", bos);
        variables.put("eos_token", eos);
        if (think != null) {
            variables.put("enable_thinking", think.on());
            if (think.level() != null) {
                // The channels' models know three levels (specification 10.1).
                boolean most = tags.isHarmony() && think.level().equals("max");
                variables.put("reasoning_effort", most ? "high" : think.level());
            }
        }
        String text = renderer.render(variables);
        if (goesOn(messages)) {
            int end = end(messages.getLast().content(), text);
            if (end < 0) {
                variables.put("add_generation_prompt", true);
                text = renderer.render(variables);
            } else {
                text = text.substring(0, end);
            }
        }
        // Templates that write the token themselves would double the one that tokenizing adds.
        return addsBos && !bos.isEmpty() && text.startsWith(bos) ? text.substring(bos.length()) : text;
    }

    /** Whether the answer goes on with a text that the last message began, as in Ollama. */
    private static boolean goesOn(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            return false;
        }
        ChatMessage last = messages.getLast();
        return last.role().equals("assistant")
                && !last.content().isBlank()
                && last.toolCalls().isEmpty();
    }

    /** Where the text of the last message ends, which the template may have stripped; below 0 if it is not there. */
    private static int end(String content, String text) {
        for (String written : List.of(content, content.strip())) {
            int start = text.lastIndexOf(written);
            if (start >= 0) {
                return start + written.length();
            }
        }
        return -1;
    }

    @Override
    public AnswerTags tags() {
        return tags;
    }

    private static Map<String, Object> variable(ChatMessage message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", message.role());
        map.put("content", message.content());
        if (!message.toolCalls().isEmpty()) {
            var calls = new ArrayList<Map<String, Object>>();
            for (var call : message.toolCalls()) {
                Map<String, Object> function = new LinkedHashMap<>();
                function.put("name", call.name());
                function.put("arguments", call.arguments());
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("type", "function");
                entry.put("function", function);
                if (!call.id().isEmpty()) {
                    entry.put("id", call.id());
                }
                calls.add(entry);
            }
            map.put("tool_calls", calls);
        }
        if (!message.toolName().isEmpty()) {
            map.put("name", message.toolName());
        }
        if (!message.toolCallId().isEmpty()) {
            map.put("tool_call_id", message.toolCallId());
        }
        return map;
    }
}
