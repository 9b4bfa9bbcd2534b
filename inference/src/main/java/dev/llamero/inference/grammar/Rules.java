package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules of a grammar under construction, by name, and the fixed rules of JSON's own values.
 *
 * <p>White space and number lengths are bounded: a model that is forced into JSON and has nothing to say would
 * otherwise go on with blanks or digits for ever. White space stands after brackets, commas and colons and before
 * closing brackets, never after a whole value, where a model might go on with it instead of ending. The bounds are
 * those of llama.cpp's server, so that greedy texts are comparable.
 */
final class Rules {
    /** What llama.cpp expands quickly; larger grammars are a denial of service. */
    private static final int RULES_MAX = 5_000;

    private static final Map<String, String> FIXED = Map.ofEntries(
            Map.entry("space", "| \" \" | \"\\n\"{1,2} [ \\t]{0,20}"),
            Map.entry(
                    "char",
                    "[^\"\\\\\\x7F\\x00-\\x1F] | [\\\\] ([\"\\\\/bfnrt] | \"u\" [0-9a-cefA-CEF] [0-9a-fA-F]{3}"
                            + " | \"u\" [dD] [0-7] [0-9a-fA-F]{2})"),
            Map.entry("string", "\"\\\"\" char* \"\\\"\""),
            Map.entry("boolean", "\"true\" | \"false\""),
            Map.entry("null", "\"null\""),
            Map.entry("integral", "[0] | [1-9] [0-9]{0,15}"),
            Map.entry("integer", "\"-\"? integral"),
            Map.entry("fraction", "(\".\" [0-9]{1,16})? ([eE] [-+]? [0] | [eE] [-+]? [1-9] [0-9]?)?"),
            Map.entry("number", "\"-\"? integral fraction"),
            Map.entry("value", "object | array | string | number | boolean | null"),
            Map.entry("pair", "string \":\" space value"),
            Map.entry("object", "\"{\" space (pair (\",\" space pair)*)? space \"}\""),
            Map.entry("array", "\"[\" space (value (\",\" space value)*)? space \"]\""));

    private static final Map<String, String[]> NEEDS = Map.ofEntries(
            Map.entry("space", new String[] {}),
            Map.entry("char", new String[] {}),
            Map.entry("string", new String[] {"char"}),
            Map.entry("boolean", new String[] {}),
            Map.entry("null", new String[] {}),
            Map.entry("integral", new String[] {}),
            Map.entry("integer", new String[] {"integral"}),
            Map.entry("fraction", new String[] {}),
            Map.entry("number", new String[] {"integral", "fraction"}),
            Map.entry("value", new String[] {"object", "array", "string", "number", "boolean", "null"}),
            Map.entry("pair", new String[] {"string", "value", "space"}),
            Map.entry("object", new String[] {"pair", "space"}),
            Map.entry("array", new String[] {"value", "space"}));

    /** Characters of a grammar: about what a hundred nested forms need. */
    private static final int TEXT_MAX = 512 << 10;
    /** Parts of a schema that are turned into rules; a part that is referred to counts each time it is written out. */
    private static final int PARTS_MAX = 20_000;
    /** llama.cpp writes a repetition out in full; beyond this it refuses the grammar. */
    private static final int REPETITIONS_MAX = 1_000;

    private final Map<String, String> rules = new LinkedHashMap<>();
    private int parts;
    private long size;
    private int named;

    /** A fixed rule, with those that it uses; gives its name. */
    String fixed(String name) {
        if (rules.putIfAbsent(name, FIXED.get(name)) == null) {
            for (String needed : NEEDS.get(name)) {
                fixed(needed);
            }
        }
        return name;
    }

    /** A name that no rule has yet, for a rule that is defined later. */
    String reserve(String place) {
        if (named >= RULES_MAX) {
            throw new SchemaException(place, "the schema needs more than " + RULES_MAX + " grammar rules");
        }
        return "r" + named++;
    }

    /** Counts a part of a schema, so that a small one does not become a large grammar. */
    void count(String place, String expression) {
        size += expression.length();
        if (++parts > PARTS_MAX || size > 8L * TEXT_MAX) {
            throw new SchemaException(place, "the schema is too large: it has more than " + PARTS_MAX + " parts");
        }
    }

    void define(String name, String body) {
        rules.put(name, body);
    }

    /**
     * Refuses references that can never be done.
     *
     * @param references where they point, with their rules
     */
    void requireEnds(Map<String, String> references) {
        Set<String> finite = references.isEmpty() ? Set.of() : FiniteRules.of(rules);
        references.forEach((target, name) -> {
            if (!finite.contains(name)) {
                throw new SchemaException("#", "\"$ref\" " + target + " requires itself without end");
            }
        });
    }

    /** A count that a keyword asks for. */
    static int bound(JsonNode schema, String keyword, int absent, String place) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return absent;
        }
        if (!value.canConvertToExactIntegral() || value.asLong() < 0 || value.asLong() > REPETITIONS_MAX) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a whole number from 0 to " + REPETITIONS_MAX);
        }
        return value.asInt();
    }

    /** The whole grammar as text; {@code root} is where it starts. */
    String text(String root) {
        String text = "root ::= " + root + "\n"
                + rules.entrySet().stream()
                        .map(rule -> rule.getKey() + " ::= " + rule.getValue() + "\n")
                        .collect(Collectors.joining());
        if (text.length() > TEXT_MAX) {
            throw new SchemaException("#", "the schema needs a grammar of more than " + TEXT_MAX + " characters");
        }
        return text;
    }

    /**
     * A text as a GBNF literal. Only printable ASCII stands for itself, so that no byte of a schema is read as
     * notation.
     */
    static String literal(String text) {
        var literal = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                literal.append('\\').append((char) c);
            } else if (c >= 0x20 && c < 0x7F) {
                literal.append((char) c);
            } else if (c <= 0xFF) {
                literal.append("\\x%02X".formatted(c));
            } else if (c <= 0xFFFF) {
                literal.append("\\u%04X".formatted(c));
            } else {
                literal.append("\\U%08X".formatted(c));
            }
        });
        return literal.append('"').toString();
    }
}
