package dev.llamero.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting with a structure, a list or a map, read piece by piece. Every refusal names the place in the setting
 * ({@code upstreams[1].weight}) and where it came from, with the line of a file. Immutable.
 */
public final class SettingsNode {
    private final String path;
    private final JsonNode node;
    private final SettingsFile file;
    private final String pointer;

    SettingsNode(String path, JsonNode node, SettingsFile file, String pointer) {
        this.path = path;
        this.node = node;
        this.file = file;
        this.pointer = pointer;
    }

    /** The parts of a list. */
    public List<SettingsNode> items() {
        if (!node.isArray()) {
            throw refused("must be a list");
        }
        var items = new ArrayList<SettingsNode>();
        for (int i = 0; i < node.size(); i++) {
            items.add(new SettingsNode(path + "[" + i + "]", node.get(i), file, pointer + "/" + i));
        }
        return items;
    }

    /** The entries of a map with free names, in the order of the source. */
    public Map<String, SettingsNode> entries() {
        if (!node.isObject()) {
            throw refused("must be a map of names and values");
        }
        var entries = new LinkedHashMap<String, SettingsNode>();
        for (var field : node.properties()) {
            entries.put(field.getKey(), child(field.getKey(), field.getValue()));
        }
        return entries;
    }

    /** Refuses every name in this map that is not one of these, with the nearest that is. */
    public SettingsNode only(List<String> known) {
        for (var field : entries().entrySet()) {
            if (!known.contains(field.getKey())) {
                throw new SettingsException("unknown key \"" + field.getValue().path + "\" in "
                        + field.getValue().place() + NearestName.hint(field.getKey(), known, "; did you mean "));
            }
        }
        return this;
    }

    /** The value of one name in this map, if it is there. */
    public Optional<SettingsNode> at(String name) {
        return Optional.ofNullable(node.get(name))
                .filter(value -> !value.isNull())
                .map(value -> child(name, value));
    }

    /** The value as text. */
    public String text() {
        if (!node.isValueNode() || node.asText().isBlank()) {
            throw refused("must be a text");
        }
        return node.asText().strip();
    }

    /** One text, several separated by commas, or a list of texts. */
    public List<String> texts() {
        if (node.isArray()) {
            return items().stream().map(SettingsNode::text).toList();
        }
        return List.of(text().split("\\s*,\\s*"));
    }

    /** A whole number between two bounds, both included. */
    public int integer(int min, int max) {
        try {
            int value = Integer.parseInt(text());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused("must be a whole number from " + min + " to " + max, e);
        }
        throw refused("must be a whole number from " + min + " to " + max);
    }

    /** A duration such as {@code 5m}. */
    public Duration duration() {
        return SettingsReader.parseDuration(text()).orElseThrow(() -> refused("must be a duration such as 5m or 30s"));
    }

    /** The place in the setting, {@code upstreams[1].weight}. */
    public String path() {
        return path;
    }

    /** Where the value comes from: the flag, the variable, or the file with its line. */
    public String place() {
        return file.place(pointer);
    }

    /** A refusal of this value, to be thrown. The rule ends the sentence "setting X ...". */
    public SettingsException refused(String rule) {
        return refused(rule, null);
    }

    /** A refusal of this value with its cause, to be thrown. */
    public SettingsException refused(String rule, Throwable cause) {
        String given = node.isValueNode() ? "gives \"" + node.asText() + "\"" : "does not";
        return new SettingsException("setting " + path + " " + rule + ", but " + place() + " " + given, cause);
    }

    private SettingsNode child(String name, JsonNode value) {
        String escaped = name.replace("~", "~0").replace("/", "~1");
        return new SettingsNode(path + "." + name, value, file, pointer + "/" + escaped);
    }
}
