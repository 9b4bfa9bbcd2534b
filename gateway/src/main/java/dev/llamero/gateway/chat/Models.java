package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.UpstreamException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which model is asked: the configured one, else the first that the proxy lists and that can chat. Any thread; {@link
 * #refresh} blocks for the proxy.
 */
public final class Models {
    private static final Pattern EMBEDDING = Pattern.compile("(?i)embed|minilm|\\bbge\\b|\\be5\\b");

    private final ModelClient client;
    private final Optional<String> configured;
    private volatile List<String> listed = List.of();

    public Models(ModelClient client, Optional<String> configured) {
        this.client = client;
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
}
