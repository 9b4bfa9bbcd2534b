package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which rules of a grammar allow a text that ends: a schema may require itself without end, and an answer that is
 * forced into it would never stop. Reads the notation that this package writes; used by one thread.
 */
final class FiniteRules {
    private final String text;
    private int at;

    /** Alternatives, each a list of what it needs: names of rules and groups inside. */
    private record Choice(List<List<Object>> branches) {
        boolean isFinite(Set<String> finite) {
            return branches.stream()
                    .anyMatch(branch -> branch.stream().allMatch(part -> switch (part) {
                        case Choice inside -> inside.isFinite(finite);
                        default -> finite.contains((String) part);
                    }));
        }
    }

    private FiniteRules(String text) {
        this.text = text;
    }

    /** Names of the rules that allow such a text. */
    static Set<String> of(Map<String, String> rules) {
        Map<String, Choice> open = new HashMap<>();
        rules.forEach((name, body) -> open.put(name, new FiniteRules(body).choice()));
        Set<String> finite = new HashSet<>();
        boolean found = true;
        while (found) {
            var ends = open.entrySet().stream()
                    .filter(rule -> rule.getValue().isFinite(finite))
                    .map(Map.Entry::getKey)
                    .toList();
            finite.addAll(ends);
            ends.forEach(open::remove);
            found = !ends.isEmpty();
        }
        return finite;
    }

    private Choice choice() {
        var branches = new ArrayList<List<Object>>();
        var branch = new ArrayList<>();
        while (at < text.length() && text.charAt(at) != ')') {
            char next = text.charAt(at);
            if (next == '|') {
                at++;
                branches.add(branch);
                branch = new ArrayList<>();
            } else if (Character.isWhitespace(next)) {
                at++;
            } else {
                Object part = part(next);
                if (!mayBeLeftOut() && part != null) {
                    branch.add(part);
                }
            }
        }
        branches.add(branch);
        return new Choice(branches);
    }

    /** A group or the name of a rule; null for characters. */
    private Object part(char first) {
        switch (first) {
            case '(' -> {
                at++;
                Choice inside = choice();
                at++;
                return inside;
            }
            case '"', '[' -> {
                char end = first == '"' ? '"' : ']';
                at++;
                while (text.charAt(at) != end) {
                    at += text.charAt(at) == '\\' ? 2 : 1;
                }
                at++;
                return null;
            }
            default -> {
                int from = at++;
                while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '-')) {
                    at++;
                }
                return text.substring(from, at);
            }
        }
    }

    /** Reads what says how often the last part comes; whether it may be no times. */
    private boolean mayBeLeftOut() {
        if (at >= text.length() || "*?+{".indexOf(text.charAt(at)) < 0) {
            return false;
        }
        char sign = text.charAt(at);
        int from = ++at;
        if (sign != '{') {
            return sign != '+';
        }
        at = text.indexOf('}', at) + 1;
        return text.startsWith("0", from);
    }
}
