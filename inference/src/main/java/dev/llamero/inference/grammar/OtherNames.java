package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * GBNF for the JSON strings that are none of some names: an additional property must not repeat a declared one, since
 * readers keep the last of two and would see a value that the schema forbids.
 *
 * <p>A trie of the names says how far a string still agrees with one of them. Escapes are allowed only after the string
 * has left the trie, or {@code \u0061} would spell a name in disguise.
 */
final class OtherNames {
    private static final String NEVER_PLAIN = "\"\\\\\\x7F\\x00-\\x1F";

    private final Rules rules;

    OtherNames(Rules rules) {
        this.rules = rules;
    }

    String than(Set<String> names, String place) {
        var root = new Node();
        for (String name : names) {
            Node node = root;
            boolean plain = true;
            for (int character : name.codePoints().toArray()) {
                // From its first escaped character on, a name cannot be spelled without leaving the trie.
                if (character == '"' || character == '\\' || character < 0x20 || character == 0x7F) {
                    plain = false;
                    break;
                }
                node = node.children.computeIfAbsent(character, c -> new Node());
            }
            node.ends |= plain;
        }
        return "\"\\\"\" " + rule(root, place) + " \"\\\"\"";
    }

    private String rule(Node node, String place) {
        var alternatives = new ArrayList<String>();
        var excluded = new StringBuilder();
        for (Map.Entry<Integer, Node> child : node.children.entrySet()) {
            alternatives.add(Rules.literal(Character.toString(child.getKey())) + " " + rule(child.getValue(), place));
            excluded.append("\\U%08X".formatted(child.getKey()));
        }
        alternatives.add("[^" + NEVER_PLAIN + excluded + "] " + rules.fixed("char") + "*");
        if (!node.ends) {
            alternatives.addFirst("\"\"");
        }
        String name = rules.reserve(place);
        rules.define(name, String.join(" | ", alternatives));
        return name;
    }

    private static final class Node {
        private final Map<Integer, Node> children = new TreeMap<>();
        private boolean ends;
    }
}
