package dev.llamero.proxy;

import dev.llamero.proxy.pool.PoolSettings;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.util.Optional;

/**
 * What a reload may change, read whole: one immutable snapshot, which a request keeps from its first line to its last.
 * Keys, limits, aliases and upstreams belong here; what a listener is made of belongs to {@link ProxySettings}.
 *
 * @param pool the model servers and how they are used
 * @param apiKey that callers must show; empty for none
 */
public record LiveSettings(PoolSettings pool, Optional<String> apiKey) {
    static LiveSettings read(SettingsReader reader) {
        return new LiveSettings(UpstreamSettings.read(reader), reader.text(KnownSettings.API_KEY));
    }

    /** Refuses a reload that would open a listener to everyone. */
    void check(ProxySettings listener) {
        if (!listener.host().isLoopbackAddress() && apiKey.isEmpty()) {
            throw new SettingsException("setting host is " + listener.host().getHostAddress()
                    + ", which other machines can reach, so setting api-key is needed: give LLAMERO_API_KEY, or listen"
                    + " on 127.0.0.1");
        }
    }

    /** All but the keys, for the log. */
    @Override
    public String toString() {
        return "upstreams " + pool.upstreams() + ", api key " + (apiKey.isPresent() ? "required" : "none");
    }
}
