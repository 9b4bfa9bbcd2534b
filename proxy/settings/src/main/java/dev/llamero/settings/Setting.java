package dev.llamero.settings;

import java.util.List;
import java.util.Objects;

/**
 * One thing a server can be told. The key is the name in its section of {@code llamero.yaml}, and with two dashes the
 * flag.
 *
 * @param key lower case with dashes, {@code num-ctx}
 * @param environment names of environment variables, first one wins
 * @param fallback the default as text; empty for "not set"
 * @param help default, unit and danger in one sentence, for the usage text and the README
 */
public record Setting(String key, List<String> environment, String fallback, String help) {
    public Setting {
        Objects.requireNonNull(key, "key is null");
        Objects.requireNonNull(fallback, "fallback is null");
        environment = List.copyOf(environment);
    }
}
