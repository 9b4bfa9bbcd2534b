package dev.llamero.proxy;

import java.util.List;
import java.util.Map;

/**
 * Where the settings come from, so that they can be read again: the command line and environment of the start, and the
 * file as it is now.
 *
 * @param arguments flags of the command line
 */
public record SettingsSource(List<String> arguments, Map<String, String> environment) {
    public SettingsSource {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /**
     * Reads them.
     *
     * @throws dev.llamero.settings.SettingsException naming the setting and the remedy
     */
    public ProxySettings read() {
        return ProxySettings.read(arguments, environment);
    }
}
