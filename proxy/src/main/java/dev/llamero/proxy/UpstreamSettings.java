package dev.llamero.proxy;

import dev.llamero.dialects.UpstreamKind;
import dev.llamero.proxy.pool.PoolSettings;
import dev.llamero.proxy.pool.UpstreamSpec;
import dev.llamero.proxy.upstream.UpstreamAddress;
import dev.llamero.proxy.upstream.UpstreamDeadlines;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsNode;
import dev.llamero.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads what the settings say of model servers: one in the short form, or a list. */
final class UpstreamSettings {
    private static final List<String> FIELDS = List.of(
            "name",
            "url",
            "kind",
            "api-key",
            "api-key-env",
            "api-key-file",
            "models",
            "aliases",
            "weight",
            "max-concurrent");
    private static final int WEIGHT_MAX = 1000;
    private static final int CONCURRENT_MAX = 100_000;
    private static final int BREAKER_FAILURES_MAX = 1000;
    private static final int RETRIES_MAX = 10;
    private static final int QUEUE_MAX = 100_000;

    private final SettingsReader reader;

    private UpstreamSettings(SettingsReader reader) {
        this.reader = reader;
    }

    static PoolSettings read(SettingsReader reader) {
        return new UpstreamSettings(reader).pool();
    }

    private PoolSettings pool() {
        return new PoolSettings(
                upstreams(),
                reader.tree(KnownSettings.ALIASES)
                        .map(UpstreamSettings::aliases)
                        .orElse(Map.of()),
                new UpstreamDeadlines(
                        ProxySettings.positive(reader, KnownSettings.CONNECT_TIMEOUT),
                        ProxySettings.positive(reader, KnownSettings.FIRST_BYTE_TIMEOUT),
                        ProxySettings.positive(reader, KnownSettings.SILENCE_TIMEOUT)),
                ProxySettings.positive(reader, KnownSettings.HEALTH_INTERVAL),
                ProxySettings.integer(reader, KnownSettings.BREAKER_FAILURES, 1, BREAKER_FAILURES_MAX),
                ProxySettings.positive(reader, KnownSettings.BREAKER_PAUSE),
                ProxySettings.integer(reader, KnownSettings.RETRIES, 0, RETRIES_MAX),
                ProxySettings.integer(reader, KnownSettings.QUEUE_MAX, 0, QUEUE_MAX),
                ProxySettings.positive(reader, KnownSettings.QUEUE_TIMEOUT));
    }

    private List<UpstreamSpec> upstreams() {
        int one = reader.rank(KnownSettings.UPSTREAM);
        int several = reader.rank(KnownSettings.UPSTREAMS);
        if (reader.isGiven(KnownSettings.UPSTREAM) && one == several) {
            throw new SettingsException("settings upstream and upstreams are both given; keep one of them");
        }
        // The stronger source wins, so that a flag can point a proxy elsewhere for once.
        return several > one ? list(reader.tree(KnownSettings.UPSTREAMS).orElseThrow()) : List.of(only());
    }

    private UpstreamSpec only() {
        Optional<String> key = reader.path(KnownSettings.UPSTREAM_API_KEY_FILE)
                .map(file -> keyFile(file, refusal("upstream-api-key-file")))
                .or(() -> reader.text(KnownSettings.UPSTREAM_API_KEY));
        try {
            return new UpstreamSpec(
                    UpstreamSpec.ONLY,
                    UpstreamAddress.parse(reader.required(KnownSettings.UPSTREAM)),
                    kind(reader.required(KnownSettings.UPSTREAM_KIND), refusal("upstream-kind")),
                    key.map(value -> sane(value, refusal("upstream-api-key"))),
                    List.of(),
                    Map.of(),
                    1,
                    0);
        } catch (IllegalArgumentException e) {
            throw new SettingsException("setting upstream: " + e.getMessage(), e);
        }
    }

    private List<UpstreamSpec> list(SettingsNode list) {
        var specs = new ArrayList<UpstreamSpec>();
        var names = new HashSet<String>();
        for (SettingsNode item : list.items()) {
            UpstreamSpec spec = upstream(item.only(FIELDS));
            if (!names.add(spec.name())) {
                throw item.refused("has the name \"" + spec.name() + "\", which another upstream has; names differ");
            }
            specs.add(spec);
        }
        if (specs.isEmpty()) {
            throw list.refused("must name at least one model server");
        }
        return specs;
    }

    private UpstreamSpec upstream(SettingsNode item) {
        SettingsNode url = item.at("url").orElseThrow(() -> item.refused("needs url, such as http://127.0.0.1:11434"));
        UpstreamAddress address;
        try {
            address = UpstreamAddress.parse(url.text());
        } catch (IllegalArgumentException e) {
            throw url.refused("must be an address such as http://127.0.0.1:11434", e);
        }
        return new UpstreamSpec(
                item.at("name").map(UpstreamSettings::name).orElse(address.host() + ":" + address.port()),
                address,
                item.at("kind").flatMap(node -> kind(node.text(), node::refused)),
                key(item),
                item.at("models").map(SettingsNode::texts).orElse(List.of()),
                item.at("aliases").map(UpstreamSettings::aliases).orElse(Map.of()),
                item.at("weight").map(node -> node.integer(1, WEIGHT_MAX)).orElse(1),
                item.at("max-concurrent")
                        .map(node -> node.integer(0, CONCURRENT_MAX))
                        .orElse(0));
    }

    private static String name(SettingsNode node) {
        if (!node.text().matches("[A-Za-z0-9._:-]{1,64}")) {
            throw node.refused("must be up to 64 letters, digits, dots, dashes, colons and underscores");
        }
        return node.text();
    }

    private Optional<String> key(SettingsNode item) {
        Optional<SettingsNode> variable = item.at("api-key-env");
        if (variable.isPresent()) {
            SettingsNode node = variable.get();
            return Optional.of(sane(
                    reader.environment(node.text())
                            .orElseThrow(() -> node.refused("must name a variable of the environment that is set")),
                    node::refused));
        }
        Optional<SettingsNode> file = item.at("api-key-file");
        if (file.isPresent()) {
            SettingsNode node = file.get();
            return Optional.of(sane(keyFile(SettingsReader.path(node.text()), node::refused), node::refused));
        }
        return item.at("api-key")
                .map(node -> sane(
                        node.text(),
                        problem -> new SettingsException(
                                "setting " + node.path() + " (" + node.place() + ") " + problem)));
    }

    private static String keyFile(Path file, Refusal refusal) {
        try {
            String key = Files.readString(file).strip();
            if (key.isEmpty()) {
                throw refusal.of("must name a file with a key in it");
            }
            return key;
        } catch (IOException e) {
            throw refusal.of("must name a file that can be read");
        }
    }

    /** A key becomes a header, so it may hold what a header may. */
    private static String sane(String key, Refusal refusal) {
        if (!key.matches("[\\x21-\\x7e]{1,4096}")) {
            throw refusal.of("must be a key of printable characters without spaces");
        }
        return key;
    }

    private static Map<String, String> aliases(SettingsNode map) {
        var aliases = new LinkedHashMap<String, String>();
        map.entries().forEach((alias, target) -> {
            if (map.at(target.text()).isPresent()) {
                throw target.refused("must be a model, not another alias");
            }
            aliases.put(alias, target.text());
        });
        return aliases;
    }

    private static Optional<UpstreamKind> kind(String text, Refusal refusal) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "auto" -> Optional.empty();
            case "ollama", "llamero" -> Optional.of(UpstreamKind.OLLAMA);
            case "openai" -> Optional.of(UpstreamKind.OPENAI);
            default -> throw refusal.of("must be ollama, openai or auto");
        };
    }

    private static Refusal refusal(String setting) {
        return rule -> new SettingsException("setting " + setting + " " + rule);
    }

    /** Makes the refusal of one setting. */
    private interface Refusal {
        SettingsException of(String rule);
    }
}
