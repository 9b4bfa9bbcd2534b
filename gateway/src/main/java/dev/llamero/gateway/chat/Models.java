package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.InferenceClient;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.UpstreamException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which model is asked: the configured one, else the first that the proxy lists and that can chat; and what the
 * inference server knows of each. Any thread; {@link #refresh}, {@link #details} and
 * {@link #hasSeed} block for the servers.
 */
public final class Models {
    private static final Pattern EMBEDDING = Pattern.compile("(?i)embed|minilm|\\bbge\\b|\\be5\\b");

    private static final System.Logger LOG = System.getLogger(Models.class.getName());
    private static final long SEED_NANOS = 60_000_000_000L;

    private final ModelClient client;
    private final InferenceClient inference;
    private final Optional<String> configured;
    private volatile List<String> listed = List.of();
    private volatile List<InferenceClient.Model> known = List.of();
    private volatile Seed seed = new Seed("", false, 0);

    public Models(ModelClient client, InferenceClient inference, Optional<String> configured) {
        this.client = client;
        this.inference = inference;
        this.configured = configured;
    }

    /** The model's name without asking anybody. */
    public Optional<String> known() {
        return configured.or(() -> firstForChat(listed));
    }

    /**
     * The model's name, if need be by asking the proxy.
     *
     * @throws UpstreamException if it does not answer, or has none
     */
    String choose(String requestId) {
        return known().or(() -> firstForChat(refresh(requestId))).orElseThrow(UpstreamException::noModel);
    }

    /** OpenAI's list does not tell what a model can do; by their names, embedding models come last. */
    private static Optional<String> firstForChat(List<String> names) {
        return names.stream()
                .filter(name -> !EMBEDDING.matcher(name).find())
                .findFirst()
                .or(() -> names.stream().findFirst());
    }

    /**
     * Asks the proxy for its list.
     *
     * @throws UpstreamException if it does not answer
     */
    public List<String> refresh(String requestId) {
        listed = List.copyOf(client.models(requestId));
        return listed;
    }

    /** Asks the inference server for sizes and what is loaded; empty where that cannot be asked. */
    public List<InferenceClient.Model> details(String requestId) {
        try {
            known = List.copyOf(inference.models(requestId));
        } catch (UpstreamException e) {
            LOG.log(Level.DEBUG, "models have no details", e);
            known = List.of();
        }
        return known;
    }

    /**
     * Whether a model has a seed of its own, so that it answers a question always in the same way; as it was within the
     * last minute, since a question waits for this. Where the inference server cannot be asked it counts as having
     * none.
     */
    boolean hasSeed(String model, String requestId) {
        Seed last = seed;
        if (last.model().equals(model) && System.nanoTime() - last.askedNanos() < SEED_NANOS) {
            return last.has();
        }
        boolean has = false;
        try {
            has = inference.hasSeed(model, requestId);
        } catch (UpstreamException e) {
            LOG.log(Level.DEBUG, "nobody tells whether " + model + " has a seed", e);
        }
        seed = new Seed(model, has, System.nanoTime());
        return has;
    }

    /** What is known of the model that was asked last. */
    private record Seed(String model, boolean has, long askedNanos) {}

    /** Tokens that a conversation with this model may have, as far as known without asking; -1 if not. */
    long contextTokens(String model, ChatSettings settings) {
        if (settings.contextTokens() != null) {
            return settings.contextTokens();
        }
        return known.stream()
                .filter(one ->
                        one.loaded() && (one.name().equals(model) || one.name().equals(model + ":latest")))
                .mapToLong(InferenceClient.Model::contextTokens)
                .findFirst()
                .orElse(-1);
    }
}
