package dev.llamero.proxy;

import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.pool.PoolSettings;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a reload may change, read whole: one immutable snapshot, which a request keeps from its first line to its last.
 * Keys, limits, aliases and upstreams belong here; what a listener is made of belongs to {@link ProxySettings}.
 *
 * @param pool the model servers and how they are used
 * @param apiKey the one key of the settings; empty for none
 * @param keyFile where further keys are
 * @param keys what was there; empty if there was no file
 * @param gatewayKeyFile where the chat page finds a key of its own; empty if nobody asks for one
 */
public record LiveSettings(
        PoolSettings pool,
        Optional<String> apiKey,
        KeyFile keyFile,
        Optional<KeyFile.Content> keys,
        Optional<Path> gatewayKeyFile) {
    static LiveSettings read(SettingsReader reader) {
        var keyFile = new KeyFile(reader.path(KnownSettings.KEYS_FILE).orElseThrow());
        return new LiveSettings(
                UpstreamSettings.read(reader),
                reader.text(KnownSettings.API_KEY),
                keyFile,
                keyFile.read(),
                reader.path(KnownSettings.GATEWAY_KEY_FILE));
    }

    /** Refuses a reload that would open a listener to everyone. */
    void check(ProxySettings listener) {
        if (!listener.host().isLoopbackAddress() && !hasKey()) {
            throw new SettingsException("setting host is " + listener.host().getHostAddress()
                    + ", which other machines can reach, so callers need a key: make one with llamero key add NAME,"
                    + " give LLAMERO_API_KEY, or listen on 127.0.0.1");
        }
    }

    private boolean hasKey() {
        return apiKey.isPresent()
                || keys.filter(content -> !content.keys().isEmpty()).isPresent();
    }

    /** The same with the keys as they are in the file now. */
    LiveSettings withKeysOfNow() {
        return new LiveSettings(pool, apiKey, keyFile, keyFile.read(), gatewayKeyFile);
    }

    /** All but the keys, for the log. */
    @Override
    public String toString() {
        return "upstreams " + pool.upstreams() + ", api key " + (apiKey.isPresent() ? "required" : "none")
                + keys.map(content -> ", " + content.keys().size() + " keys in " + keyFile.path())
                        .orElse("");
    }
}
