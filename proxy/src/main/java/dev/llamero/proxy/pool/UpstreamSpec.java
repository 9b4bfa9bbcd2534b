package dev.llamero.proxy.pool;

import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.upstream.UpstreamAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the settings say of one model server.
 *
 * @param name in logs, figures and errors
 * @param kind the API it speaks; empty to find out by asking: who answers {@code /api/version} as Ollama does is one,
 *     everyone else speaks OpenAI's
 * @param apiKey put into each call; never printed
 * @param models that it serves, {@code *} for any; empty to ask it
 * @param aliases names for callers, and the server's own name for each
 * @param weight its share among the servers of one model
 * @param concurrentMax calls at once; 0 for no bound
 */
public record UpstreamSpec(
        String name,
        UpstreamAddress address,
        Optional<UpstreamKind> kind,
        Optional<String> apiKey,
        List<String> models,
        Map<String, String> aliases,
        int weight,
        int concurrentMax) {
    /** Name of the server where the settings give but one, without a name. */
    public static final String ONLY = "default";

    /** In {@link #models}: whatever is asked for. */
    public static final String ANY = "*";

    public UpstreamSpec {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(address, "address is null");
        Objects.requireNonNull(kind, "kind is null");
        Objects.requireNonNull(apiKey, "apiKey is null");
        models = List.copyOf(models);
        aliases = Map.copyOf(aliases);
        if (weight < 1 || concurrentMax < 0) {
            throw new IllegalArgumentException("weight " + weight + ", concurrentMax " + concurrentMax);
        }
    }

    /** How it is called in sentences. */
    public String label() {
        return "the model server " + (name.equals(ONLY) ? "" : name + " ") + "at " + address;
    }

    /** All but the key. */
    @Override
    public String toString() {
        return name + " at " + address;
    }
}
