package dev.llamero.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a server's settings once, at start: flags before environment before {@code llamero.yaml} before defaults.
 *
 * <p>Used by one thread. Every known setting is declared before, so an unknown flag or key is an error that names the
 * nearest known one, not a silent no-op.
 */
public final class SettingsReader {
    /** Sections that {@code llamero.yaml} may hold, one per server. */
    private static final List<String> SECTIONS = List.of("inference", "proxy", "gateway");

    private static final Pattern GO_DURATION = Pattern.compile("(-?)((?:\\d+(?:\\.\\d+)?(?:ns|us|µs|ms|s|m|h))+)");
    private static final Pattern GO_DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    private static final Pattern BYTES = Pattern.compile("(\\d+)\\s*([kKmMgGtT]?)(?:i?[bB])?");

    private static final int FLAG = 3;
    private static final int ENVIRONMENT = 2;
    private static final int FILE = 1;
    private static final int DEFAULT = 0;

    private final Map<String, Setting> known = new LinkedHashMap<>();
    private final Map<String, String> flags;
    private final Map<String, String> environment;
    private final SettingsFile file;
    private final String section;

    /**
     * Takes all sources in, and refuses unknown names.
     *
     * @param section this server's section of the file
     * @param settings all that the server knows
     * @param arguments {@code --key value} or {@code --key=value}; a flag followed by another flag is {@code true}
     * @param environment the process environment
     * @param yaml path of a {@code llamero.yaml}; a file that is not there counts as empty
     * @throws SettingsException on an unknown flag, section or key, and on a file that is not YAML
     */
    public SettingsReader(
            String section,
            Collection<Setting> settings,
            List<String> arguments,
            Map<String, String> environment,
            Path yaml) {
        settings.forEach(setting -> known.put(setting.key(), setting));
        this.environment = Map.copyOf(environment);
        this.section = section;
        this.flags = parseFlags(arguments);
        this.file = SettingsFile.read(yaml);
        refuseUnknownNames();
    }

    /** The settings file that the environment names as {@code LLAMERO_CONFIG}, else the working directory's. */
    public static Path file(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("LLAMERO_CONFIG", "llamero.yaml"));
    }

    /** The value as text, if any source or the default gives a non-empty one. */
    public Optional<String> text(Setting setting) {
        return found(setting).map(Found::value).filter(value -> !value.isEmpty());
    }

    /** A value that must be there. */
    public String required(Setting setting) {
        return text(setting)
                .orElseThrow(
                        () -> new SettingsException("setting " + setting.key() + " is not set; " + setting.help()));
    }

    /** A whole number between two bounds, both included. */
    public Optional<Long> integer(Setting setting, long min, long max) {
        return found(setting).filter(Found::given).map(found -> {
            try {
                long value = Long.parseLong(found.value().strip());
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw found.refused("must be a whole number from " + min + " to " + max, e);
            }
            throw found.refused("must be a whole number from " + min + " to " + max, null);
        });
    }

    /** True for {@code true, 1, yes, on}; false for {@code false, 0, no, off} and for "not set". */
    public boolean enabled(Setting setting) {
        return found(setting)
                .filter(Found::given)
                .map(found -> switch (found.value().strip().toLowerCase(Locale.ROOT)) {
                    case "true", "1", "yes", "on" -> true;
                    case "false", "0", "no", "off" -> false;
                    default -> throw found.refused("must be true or false", null);
                })
                .orElse(false);
    }

    /**
     * A duration: {@code 5m}, {@code 1h30m}, {@code 500ms}, or a plain number of seconds. Negative values are allowed.
     */
    public Optional<Duration> duration(Setting setting) {
        return found(setting)
                .filter(Found::given)
                .map(found -> parseDuration(found.value().strip())
                        .orElseThrow(
                                () -> found.refused("must be a duration such as 5m, 500ms or 30 (seconds)", null)));
    }

    /** A size in bytes: {@code 80G}, {@code 512MiB}, {@code 4096}; the letters count in powers of 1024. */
    public Optional<Long> bytes(Setting setting) {
        return found(setting)
                .filter(Found::given)
                .map(found -> parseBytes(found.value())
                        .orElseThrow(
                                () -> found.refused("must be a size such as 512M, 80G or a number of bytes", null)));
    }

    /** A path; a leading {@code ~/} is the home directory. */
    public Optional<Path> path(Setting setting) {
        return text(setting).map(SettingsReader::path);
    }

    /** The path that a text names; a leading {@code ~/} is the home directory. */
    public static Path path(String text) {
        return text.startsWith("~/") ? Path.of(System.getProperty("user.home"), text.substring(2)) : Path.of(text);
    }

    /** A variable of the environment that a setting names, if it is set to something. */
    public Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Values separated by commas, or a YAML list. */
    public List<String> list(Setting setting) {
        return text(setting)
                .map(value -> Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    /**
     * A list or a map: from the file as it stands there, from a flag or the environment as YAML or JSON in one line.
     */
    public Optional<SettingsNode> tree(Setting setting) {
        Found found = found(setting).orElseThrow();
        if (found.rank() == FILE) {
            JsonNode node = file.root().path(section).get(setting.key());
            return Optional.of(new SettingsNode(setting.key(), node, file, pointer(setting.key())));
        }
        return Optional.of(found).filter(Found::given).map(given -> {
            SettingsFile parsed = SettingsFile.parse(given.source(), given.value());
            return new SettingsNode(setting.key(), parsed.root(), parsed, "?");
        });
    }

    /** Whether a flag, the environment or the file gives this setting, as opposed to its default. */
    public boolean isGiven(Setting setting) {
        return rank(setting) > DEFAULT;
    }

    /** How strong the source of a setting is: a flag wins over the environment, that over the file. */
    public int rank(Setting setting) {
        return found(setting).orElseThrow().rank();
    }

    /** A Go duration or a plain number of seconds; empty if it is neither or too large. */
    public static Optional<Duration> parseDuration(String text) {
        try {
            if (text.matches("-?\\d+")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            var whole = GO_DURATION.matcher(text);
            if (!whole.matches()) {
                return Optional.empty();
            }
            double nanos = 0;
            var part = GO_DURATION_PART.matcher(whole.group(2));
            while (part.find()) {
                nanos += Double.parseDouble(part.group(1)) * nanosPer(part.group(2));
            }
            if (nanos > Long.MAX_VALUE) {
                return Optional.empty();
            }
            var duration = Duration.ofNanos((long) nanos);
            return Optional.of(whole.group(1).isEmpty() ? duration : duration.negated());
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A size with an optional unit, {@code 80G}, {@code 512MiB}; empty if it is none or beyond 64 bits. */
    public static Optional<Long> parseBytes(String text) {
        var matcher = BYTES.matcher(text.strip());
        if (!matcher.matches() || matcher.group(1).length() > 15) {
            return Optional.empty();
        }
        int power = "kmgt".indexOf(matcher.group(2).toLowerCase(Locale.ROOT)) + 1;
        long unit = matcher.group(2).isEmpty() ? 1 : 1L << (10 * power);
        long count = Long.parseLong(matcher.group(1));
        return count > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(count * unit);
    }

    private static double nanosPer(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
        };
    }

    private Optional<Found> found(Setting setting) {
        if (known.get(setting.key()) != setting) {
            throw new IllegalStateException("setting " + setting.key() + " was not declared");
        }
        if (flags.containsKey(setting.key())) {
            return Optional.of(new Found(setting, flags.get(setting.key()), "flag --" + setting.key(), FLAG));
        }
        for (String name : setting.environment()) {
            String value = environment.get(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(new Found(setting, unquote(value.strip()), "environment " + name, ENVIRONMENT));
            }
        }
        JsonNode node = file.root().path(section).get(setting.key());
        if (node != null && !node.isNull()) {
            return Optional.of(new Found(setting, asText(node), file.place(pointer(setting.key())), FILE));
        }
        return Optional.of(new Found(setting, setting.fallback(), "default", DEFAULT));
    }

    private static String unquote(String value) {
        boolean quoted = value.length() > 1
                && (value.startsWith("\"") && value.endsWith("\"") || value.startsWith("'") && value.endsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static String asText(JsonNode node) {
        if (!node.isArray()) {
            return node.asText();
        }
        var parts = new ArrayList<String>();
        node.forEach(item -> parts.add(item.asText()));
        return String.join(",", parts);
    }

    private Map<String, String> parseFlags(List<String> arguments) {
        var values = new HashMap<String, String>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                throw new SettingsException(
                        "unexpected argument \"" + argument + "\"; settings are given as --key value");
            }
            int equals = argument.indexOf('=');
            String key = argument.substring(2, equals < 0 ? argument.length() : equals);
            if (!known.containsKey(key)) {
                throw new SettingsException(
                        "unknown flag --" + key + NearestName.hint(key, known.keySet(), "; did you mean --"));
            }
            if (equals >= 0) {
                values.put(key, argument.substring(equals + 1));
            } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
                values.put(key, arguments.get(++i));
            } else {
                values.put(key, "true");
            }
        }
        return values;
    }

    private void refuseUnknownNames() {
        for (var entry : file.root().properties()) {
            if (!SECTIONS.contains(entry.getKey())) {
                throw new SettingsException(
                        "unknown section \"" + entry.getKey() + "\" in " + file.place("/" + entry.getKey())
                                + NearestName.hint(entry.getKey(), SECTIONS, "; did you mean "));
            }
        }
        for (var entry : file.root().path(section).properties()) {
            if (!known.containsKey(entry.getKey())) {
                throw new SettingsException("unknown key \"" + section + "." + entry.getKey() + "\" in "
                        + file.place(pointer(entry.getKey()))
                        + NearestName.hint(entry.getKey(), known.keySet(), "; did you mean "));
            }
        }
    }

    private String pointer(String key) {
        return "/" + section + "/" + key;
    }

    private record Found(Setting setting, String value, String source, int rank) {
        boolean given() {
            return !value.isBlank();
        }

        SettingsException refused(String rule, Throwable cause) {
            return new SettingsException(
                    "setting " + setting.key() + " " + rule + ", but " + source + " gives \"" + value + "\"", cause);
        }
    }
}
