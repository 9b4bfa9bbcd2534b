package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a request's messages together with what its model has stored (specification 6.2). */
public final class MessageAssembly {
    private MessageAssembly() {}

    /**
     * Messages in the order in which the template sees them.
     *
     * @param stored the model's own messages, which come first
     * @param system the model's system text, unless the request begins with one
     * @param request the request's messages
     * @param dropsOldThinking whether thinking in the text of earlier assistant turns is cut out, as for Qwen3
     */
    public static List<ChatMessage> of(
            List<ChatMessage> stored, Optional<String> system, List<ChatMessage> request, boolean dropsOldThinking) {
        var all = new ArrayList<ChatMessage>(stored);
        all.addAll(request);
        boolean ownSystem = !request.isEmpty() && request.getFirst().role().equals("system");
        if (!ownSystem) {
            system.filter(text -> !text.isEmpty()).ifPresent(text -> all.addFirst(ChatMessage.of("system", text)));
        }
        return dropsOldThinking ? withoutOldThinking(all) : all;
    }

    private static List<ChatMessage> withoutOldThinking(List<ChatMessage> messages) {
        int lastUser = messages.size() - 1;
        while (lastUser >= 0 && !messages.get(lastUser).role().equals("user")) {
            lastUser--;
        }
        var result = new ArrayList<ChatMessage>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            boolean old = i < lastUser && message.role().equals("assistant");
            result.add(old ? message.withContent(withoutThinking(message.content())) : message);
        }
        return result;
    }

    private static String withoutThinking(String content) {
        int open = content.indexOf(ThinkingParser.OPEN);
        int close = open < 0 ? -1 : content.indexOf(ThinkingParser.CLOSE, open);
        if (close < 0) {
            return content;
        }
        int behind = close + ThinkingParser.CLOSE.length();
        return content.substring(0, open) + content.substring(behind).replaceFirst("^\\n+", "");
    }
}
