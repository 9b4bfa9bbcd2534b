package dev.llamero.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** Finds what a misspelt name was meant to be. */
final class NearestName {
    private NearestName() {}

    /** The nearest known name after the lead and with a question mark; if none is near, all that are known. */
    static String hint(String key, Collection<String> names, String lead) {
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
}
