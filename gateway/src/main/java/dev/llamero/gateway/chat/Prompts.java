package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.CompletionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A conversation as the model reads it. Pure. */
final class Prompts {
    private Prompts() {}

    /**
     * No thinking, no empty answers, and, since many templates demand that the roles alternate, neighbours of one role
     * joined. Attached files stand below their question.
     *
     * @param attachments gives the files of a message that has some
     */
    static List<CompletionRequest.Message> of(
            String systemPrompt, List<Message> conversation, Function<Message, List<Attachment>> attachments) {
        var prompt = new ArrayList<CompletionRequest.Message>();
        if (!systemPrompt.isBlank()) {
            prompt.add(new CompletionRequest.Message("system", systemPrompt));
        }
        for (Message message : conversation) {
            String content = message.attachments().isEmpty()
                    ? message.content()
                    : withFiles(message, attachments.apply(message));
            if (content.isEmpty()) {
                continue;
            }
            if (!prompt.isEmpty() && prompt.getLast().role().equals(message.role())) {
                content = prompt.removeLast().content() + "\n\n" + content;
            }
            prompt.add(new CompletionRequest.Message(message.role(), content));
        }
        return prompt;
    }

    private static String withFiles(Message message, List<Attachment> files) {
        var content = new StringBuilder(message.content());
        for (Attachment file : files) {
            String fence = fence(file.text());
            content.append("\n\nFile ")
                    .append(file.name().replaceAll("\\s+", " "))
                    .append(":\n")
                    .append(fence)
                    .append('\n')
                    .append(file.text())
                    .append(file.text().endsWith("\n") ? "" : "\n")
                    .append(fence);
        }
        return content.toString();
    }

    /** Longer than any fence in the text, so that the file cannot end early. */
    private static String fence(String text) {
        int longest = 2;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = text.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return "`".repeat(longest + 1);
    }
}
