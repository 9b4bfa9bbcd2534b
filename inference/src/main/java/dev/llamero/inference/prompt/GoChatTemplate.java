package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.api.Think;
import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import java.util.List;
import java.util.Map;

/** A Go template behind the seam that prompts are rendered through; errors have Go's words. Immutable; any thread. */
public final class GoChatTemplate implements PromptTemplate {
    private final OllamaTemplate template;
    private final String bos;

    /** @param bos text of the token that tokenizing puts in front by itself; "" if it puts none */
    public GoChatTemplate(OllamaTemplate template, String bos) {
        this.template = template;
        this.bos = bos;
    }

    /**
     * The template with this source.
     *
     * @throws ApiException if it cannot be parsed
     */
    public static OllamaTemplate parse(String source) {
        try {
            return OllamaTemplate.parse(source);
        } catch (GoTemplateException e) {
            throw new ApiException(500, e.getMessage());
        }
    }

    @Override
    public String render(List<ChatMessage> messages, List<Map<String, Object>> tools, Think think) {
        return render(
                messages.stream().map(GoChatTemplate::message).toList(), tools.isEmpty() ? null : tools, "", "", think);
    }

    /** The prompt for a text that goes between two others. */
    public String fillIn(String prompt, String suffix, Think think) {
        return render(List.of(), null, prompt, suffix, think);
    }

    private String render(
            List<OllamaTemplate.Message> messages,
            List<Map<String, Object>> tools,
            String prompt,
            String suffix,
            Think think) {
        boolean on = think != null && think.on();
        String asked = think == null || think.level() == null ? "" : think.level();
        // The channels' models know three levels (specification 10.1).
        String level = asked.equals("max") && tags().isHarmony() ? "high" : asked;
        try {
            String text = template.render(
                    new OllamaTemplate.Input(messages, tools, prompt, suffix, on, level, think != null));
            // Templates that write the token themselves would double the one that tokenizing adds.
            return !bos.isEmpty() && text.startsWith(bos) ? text.substring(bos.length()) : text;
        } catch (GoTemplateException e) {
            throw new ApiException(500, e.getMessage());
        }
    }

    @Override
    public AnswerTags tags() {
        OllamaTemplate.ThinkingTags thinking = template.thinkingTags();
        return AnswerTags.ofGo(template.source(), thinking.open(), thinking.close(), template.toolTag());
    }

    private static OllamaTemplate.Message message(ChatMessage message) {
        return new OllamaTemplate.Message(
                message.role(),
                message.content(),
                message.thinking(),
                message.images(),
                message.toolCalls().stream()
                        .map(call -> new OllamaTemplate.Call(call.id(), 0, call.name(), call.arguments()))
                        .toList(),
                message.toolName(),
                message.toolCallId());
    }
}
