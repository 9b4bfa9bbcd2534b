package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.ModelClient;
import java.util.List;
import java.util.Optional;

/**
 * Which model is asked: the configured one, else the first that the proxy lists. Any thread; {@link #refresh} blocks
 * for the proxy.
 */
public final class Models {
    private final ModelClient client;
    private final Optional<String> configured;
    private volatile List<String> listed = List.of();

    public Models(ModelClient client, Optional<String> configured) {
        this.client = client;
        this.configured = configured;
    }

    /** The model's name without asking anybody. */
    public Optional<String> known() {
        return configured.or(() -> listed.stream().findFirst());
    }

    /** The last list that came. */
    public List<String> listed() {
        return listed;
    }

    /**
     * Asks the proxy for its list.
     *
     * @throws dev.llamero.gateway.upstream.UpstreamException if it does not answer
     */
    public List<String> refresh(String requestId) {
        listed = List.copyOf(client.models(requestId));
        return listed;
    }
}
