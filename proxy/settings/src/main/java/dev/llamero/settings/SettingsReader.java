package dev.llamero.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

    private final Map<String, Setting> known = new LinkedHashMap<>();
    private final Map<String, String> flags;
    private final Map<String, String> environment;
    private final Map<String, JsonNode> file;
    private final String fileName;

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
        this.fileName = yaml.toString();
        this.flags = parseFlags(arguments);
        this.file = parseFile(section, yaml);
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
        return text(setting)
                .map(value -> value.startsWith("~/")
                        ? Path.of(System.getProperty("user.home"), value.substring(2))
                        : Path.of(value));
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

    /** Whether a flag, the environment or the file gives this setting, as opposed to its default. */
    public boolean isGiven(Setting setting) {
        return found(setting).filter(found -> !found.source().equals("default")).isPresent();
    }

    /** A usage text: one line per setting with its flag, environment names, default and help. */
    public static String usage(Collection<Setting> settings) {
        return settings.stream()
                .map(setting -> "  --%s%s%s%n      %s"
                        .formatted(
                                setting.key(),
                                setting.environment().isEmpty()
                                        ? ""
                                        : "  [" + String.join(", ", setting.environment()) + "]",
                                setting.fallback().isEmpty() ? "" : "  (default " + setting.fallback() + ")",
                                setting.help()))
                .collect(Collectors.joining(System.lineSeparator()));
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
            return Optional.of(new Found(setting, flags.get(setting.key()), "flag --" + setting.key()));
        }
        for (String name : setting.environment()) {
            String value = environment.get(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(new Found(setting, unquote(value.strip()), "environment " + name));
            }
        }
        JsonNode node = file.get(setting.key());
        if (node != null && !node.isNull()) {
            return Optional.of(new Found(setting, asText(node), fileName));
        }
        return Optional.of(new Found(setting, setting.fallback(), "default"));
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
                        "unknown flag --" + key + nearest(key, known.keySet(), "; did you mean --"));
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

    private Map<String, JsonNode> parseFile(String section, Path yaml) {
        var values = new HashMap<String, JsonNode>();
        for (var entry : readYaml(yaml).properties()) {
            if (!SECTIONS.contains(entry.getKey())) {
                throw new SettingsException("unknown section \"" + entry.getKey() + "\" in " + yaml
                        + nearest(entry.getKey(), SECTIONS, "; did you mean "));
            }
        }
        for (var entry : readYaml(yaml).path(section).properties()) {
            if (!known.containsKey(entry.getKey())) {
                throw new SettingsException("unknown key \"" + section + "." + entry.getKey() + "\" in " + yaml
                        + nearest(entry.getKey(), known.keySet(), "; did you mean "));
            }
            values.put(entry.getKey(), entry.getValue());
        }
        return values;
    }

    private static JsonNode readYaml(Path yaml) {
        if (!Files.isRegularFile(yaml)) {
            // Without a file the YAML library need not be loaded, which takes a noticeable part of a server's start.
            return JsonNodeFactory.instance.objectNode();
        }
        var mapper = YAMLMapper.builder()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .build();
        try {
            JsonNode root = mapper.readTree(Files.readString(yaml));
            return root.isObject() ? root : mapper.createObjectNode();
        } catch (JsonProcessingException e) {
            throw new SettingsException(
                    yaml + " is not valid YAML: " + e.getOriginalMessage() + " at line "
                            + e.getLocation().getLineNr(),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + yaml, e);
        }
    }

    private static String nearest(String key, Collection<String> names, String lead) {
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(key, name)))
                .filter(name -> distance(key, name) <= Math.max(2, key.length() / 3))
                .map(name -> lead + name + "?")
                .orElse("; known: " + String.join(", ", names));
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private record Found(Setting setting, String value, String source) {
        boolean given() {
            return !value.isBlank();
        }

        SettingsException refused(String rule, Throwable cause) {
            return new SettingsException(
                    "setting " + setting.key() + " " + rule + ", but " + source + " gives \"" + value + "\"", cause);
        }
    }
}
