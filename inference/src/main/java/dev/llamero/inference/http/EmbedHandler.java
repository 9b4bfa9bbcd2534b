package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.EmbedRequest;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.engine.Embedder;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** {@code POST /api/embed} and the older {@code POST /api/embeddings} (specification 14). Any thread. */
final class EmbedHandler {
    private static final String NOT_SUPPORTED = "This server does not support embeddings. Start it with `--embeddings`";

    private final Preparation preparation;

    EmbedHandler(Preparation preparation) {
        this.preparation = preparation;
    }

    /**
     * Vectors of a request's texts, ready to be sent.
     *
     * @param promptTokens of all texts, special tokens included
     * @param loadNanos from the handler's entry until the model was ready
     */
    record Result(List<float[]> vectors, int promptTokens, long loadNanos) {}

    /** {@code /api/embed}. */
    void embed(Exchange exchange) throws InterruptedException {
        EmbedRequest request = EmbedRequest.read(exchange.body());
        Result result = run(exchange, request);
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("model", request.model());
        reply.put("embeddings", result.vectors());
        if (!request.inputs().isEmpty()) {
            reply.put("total_duration", System.nanoTime() - exchange.startNanos());
            reply.put("load_duration", result.loadNanos());
            reply.put("prompt_eval_count", result.promptTokens());
        }
        exchange.json(200, reply);
    }

    /** {@code /api/embeddings}: one text, one vector and nothing else. */
    void embeddings(Exchange exchange) throws InterruptedException {
        EmbedRequest request = EmbedRequest.readPrompt(exchange.body());
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        try {
            List<float[]> vectors = run(exchange, request).vectors();
            exchange.json(200, Map.of("embedding", vectors.isEmpty() ? List.of() : doubles(vectors.getFirst())));
        } catch (ApiException e) {
            // Ollama wraps what its engine refuses here.
            throw e.status() == 501 ? new ApiException(500, e.getMessage()) : e;
        }
    }

    /** This endpoint's numbers are double precision. */
    private static List<Double> doubles(float[] vector) {
        var numbers = new ArrayList<Double>(vector.length);
        for (float number : vector) {
            numbers.add((double) number);
        }
        return numbers;
    }

    /** Loads the model and makes the vectors. */
    Result run(Exchange exchange, EmbedRequest request) throws InterruptedException {
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.notFound("model '" + request.model() + "' not found");
        }
        LocalModel model = preparation.embeddingModel(request.model());
        if (!request.inputs().isEmpty() && !model.can("embedding")) {
            throw new ApiException(501, NOT_SUPPORTED);
        }
        var options = Preparation.options(model, request.options());
        try (LoadedModels.Lease lease = preparation.load(exchange, model, options, request.keepAlive())) {
            long loadNanos = System.nanoTime() - exchange.startNanos();
            if (request.inputs().isEmpty()) {
                return new Result(List.of(), 0, loadNanos);
            }
            Embedder embedder = lease.loaded().embedder().orElseThrow(() -> new ApiException(501, NOT_SUPPORTED));
            List<int[]> inputs = tokens(embedder, request);
            var vectors = new ArrayList<float[]>(inputs.size());
            for (float[] vector : await(exchange, lease, embedder, inputs)) {
                vectors.add(Vectors.finished(vector, request.dimensions()));
            }
            int count = inputs.stream().mapToInt(input -> input.length).sum();
            return new Result(vectors, count, loadNanos);
        }
    }

    private List<int[]> tokens(Embedder embedder, EmbedRequest request) throws InterruptedException {
        int max = embedder.inputTokensMax();
        var inputs = new ArrayList<int[]>(request.inputs().size());
        for (String text : request.inputs()) {
            int[] tokens = preparation.encode(embedder.tokenizer(), text);
            if (tokens.length > max && !request.truncate()) {
                throw ApiException.badRequest("the input length exceeds the context length");
            }
            inputs.add(
                    tokens.length > max
                            ? Vectors.cut(tokens, preparation.encode(embedder.tokenizer(), ""), max)
                            : tokens);
            if (inputs.getLast().length == 0) {
                throw ApiException.badRequest(
                        "input " + (inputs.size() - 1) + " has no tokens: this model cannot embed an empty text");
            }
        }
        return inputs;
    }

    private static List<float[]> await(
            Exchange exchange, LoadedModels.Lease lease, Embedder embedder, List<int[]> inputs)
            throws InterruptedException {
        try {
            Future<List<float[]>> vectors = embedder.submit(inputs);
            try (var _ = exchange.watch().onGone(() -> vectors.cancel(false))) {
                return vectors.get();
            }
        } catch (EngineException.Closed e) {
            lease.discard();
            throw e;
        } catch (CancellationException e) {
            throw new EngineException.Closed("the client left before its texts were embedded");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException.Closed) {
                lease.discard();
            }
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("embedding failed", e.getCause());
        }
    }
}
