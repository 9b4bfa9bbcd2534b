package dev.llamero.inference.http;

import dev.llamero.dialects.CallerRequest;
import dev.llamero.dialects.CompletionRequest;
import dev.llamero.dialects.ModelList;
import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.CallerBodies;
import dev.llamero.inference.api.ChatRequest;
import dev.llamero.inference.api.GenerateRequest;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.api.JsonText;
import dev.llamero.inference.api.OpenAiEmbedRequest;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** OpenAI's routes over the same handling as Ollama's own (specification 18). Any thread. */
final class OpenAiHandler {
    private static final String JSON = "application/json";

    private final ModelStore store;
    private final ModelsHandler models;
    private final GenerateHandler generate;
    private final ChatHandler chat;
    private final EmbedHandler embed;

    OpenAiHandler(
            ModelStore store, ModelsHandler models, GenerateHandler generate, ChatHandler chat, EmbedHandler embed) {
        this.store = store;
        this.models = models;
        this.generate = generate;
        this.chat = chat;
        this.embed = embed;
    }

    /** {@code POST /v1/chat/completions}. */
    void chatCompletions(Exchange exchange) throws InterruptedException {
        chat(exchange, CallerBodies.chatCompletion(exchange.body()));
    }

    /** {@code POST /v1/responses}. */
    void responses(Exchange exchange) throws InterruptedException {
        chat(exchange, CallerBodies.responses(exchange.body()));
    }

    private void chat(Exchange exchange, CallerRequest request) throws InterruptedException {
        CallerReplies.announce(exchange, request);
        chat.answer(exchange, ChatRequest.read(request.call().ollamaBody()), new CallerReplies(exchange, request));
    }

    /** {@code POST /v1/completions}. */
    void completions(Exchange exchange) throws InterruptedException {
        CompletionRequest request = CallerBodies.completion(exchange.body());
        generate.answer(
                exchange, GenerateRequest.read(request.call().ollamaBody()), new CallerReplies(exchange, request));
    }

    /** {@code GET /v1/models}. */
    void models(Exchange exchange) {
        exchange.send(200, JSON, list().list());
    }

    /** {@code GET /v1/models/ID}. */
    void model(Exchange exchange) {
        String id = exchange.lastSegment();
        if (GoText.trimmed(id).isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        LocalModel model = store.requireDetails(id, name -> "model '" + name.display() + "' not found");
        byte[] body = list().model(model.name().display(), id)
                .orElseThrow(
                        () -> ApiException.notFound("model '" + model.name().display() + "' not found"));
        exchange.send(200, JSON, body);
    }

    private ModelList list() {
        return ModelList.read(Texts.utf8(JsonText.of(models.tags())));
    }

    /** {@code POST /v1/embeddings}. */
    void embeddings(Exchange exchange) throws InterruptedException {
        OpenAiEmbedRequest request = OpenAiEmbedRequest.read(exchange.body());
        EmbedHandler.Result result = embed.run(exchange, request.request());
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", result.promptTokens());
        usage.put("total_tokens", result.promptTokens());
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("object", "list");
        reply.put("data", data(result.vectors(), request.base64()));
        reply.put("model", request.request().model());
        reply.put("usage", usage);
        exchange.send(200, JSON, Texts.utf8(JsonText.of(reply) + "\n"));
    }

    private static List<Map<String, Object>> data(List<float[]> vectors, boolean base64) {
        var data = new ArrayList<Map<String, Object>>(vectors.size());
        for (float[] vector : vectors) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("object", "embedding");
            item.put("embedding", base64 ? base64(vector) : vector);
            item.put("index", data.size());
            data.add(item);
        }
        return data;
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
