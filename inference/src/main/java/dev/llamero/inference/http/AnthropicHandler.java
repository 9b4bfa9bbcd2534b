package dev.llamero.inference.http;

import dev.llamero.dialects.MessagesRequest;
import dev.llamero.inference.api.CallerBodies;
import dev.llamero.inference.api.ChatRequest;
import dev.llamero.inference.api.GoText;

/** Anthropic's route over the same handling as Ollama's own chat (specification 19). Any thread. */
final class AnthropicHandler {
    private final Preparation preparation;
    private final ChatHandler chat;

    AnthropicHandler(Preparation preparation, ChatHandler chat) {
        this.preparation = preparation;
        this.chat = chat;
    }

    /**
     * {@code POST /v1/messages}. Clients of this API ask every model to think; one that cannot just answers, as in
     * Ollama.
     */
    void messages(Exchange exchange) throws InterruptedException {
        MessagesRequest request = CallerBodies.messages(exchange.body());
        CallerReplies.announce(exchange, request);
        boolean named = !GoText.trimmed(request.model()).isEmpty();
        if (named && !preparation.model(request.model()).can("thinking")) {
            request = request.withoutThinking();
        }
        chat.answer(exchange, ChatRequest.read(request.call().ollamaBody()), new CallerReplies(exchange, request));
    }
}
