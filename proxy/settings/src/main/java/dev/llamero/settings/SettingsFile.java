package dev.llamero.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A {@code llamero.yaml} as a tree that still knows on which line each value stands. Immutable. */
record SettingsFile(String name, JsonNode root, Map<String, Integer> lines) {
    /**
     * Reads the file; one that is not there counts as empty.
     *
     * @throws SettingsException if it is not YAML or cannot be read
     */
    static SettingsFile read(Path yaml) {
        if (!Files.isRegularFile(yaml)) {
            // Without a file the YAML library need not be loaded, which takes a noticeable part of a server's start.
            return new SettingsFile(yaml.toString(), JsonNodeFactory.instance.objectNode(), Map.of());
        }
        try {
            return parse(yaml.toString(), Files.readString(yaml));
        } catch (IOException e) {
            throw new SettingsException("cannot read " + yaml + ": " + e.getMessage(), e);
        }
    }

    /** Reads text that a flag or a variable gives; YAML's flow style and JSON are one line. */
    static SettingsFile parse(String name, String text) {
        var mapper = YAMLMapper.builder()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .build();
        try {
            JsonNode root = mapper.readTree(text);
            return new SettingsFile(
                    name, root.isMissingNode() ? JsonNodeFactory.instance.objectNode() : root, lines(mapper, text));
        } catch (JsonProcessingException e) {
            throw new SettingsException(
                    name + " is not valid YAML: " + e.getOriginalMessage() + " at line "
                            + e.getLocation().getLineNr(),
                    e);
        } catch (IOException e) {
            throw new SettingsException("cannot read " + name, e);
        }
    }

    /** The file and, where it is known, the line of the value at a JSON pointer. */
    String place(String pointer) {
        Integer line = lines.get(pointer);
        return line == null ? name : name + " line " + line;
    }

    private static Map<String, Integer> lines(YAMLMapper mapper, String text) throws IOException {
        var lines = new HashMap<String, Integer>();
        try (JsonParser parser = mapper.createParser(text)) {
            while (parser.nextToken() != null) {
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                lines.putIfAbsent(pointer, parser.currentTokenLocation().getLineNr());
            }
        }
        return lines;
    }
}
