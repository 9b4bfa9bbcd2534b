package dev.llamero.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the parts of a split model by the names that llama.cpp gives them, {@code NAME-00001-of-00003.gguf}. */
final class SplitFiles {
    /** Five digits would allow more; the largest known models have a few dozen parts. */
    static final int PARTS_MAX = 1024;

    private static final Pattern NAME = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf", Pattern.DOTALL);

    private SplitFiles() {}

    /** How many files the model has, from its metadata; 1 where nothing is said. */
    static int count(String file, Map<String, GgufValue> metadata) throws GgufException {
        long count = number(metadata, WellKnownKeys.SPLIT_COUNT, 1);
        if (count > PARTS_MAX) {
            throw new GgufException(file, 0, "split.count is " + count + ", at most " + PARTS_MAX + " are allowed");
        }
        return (int) Math.max(1, count);
    }

    static long number(Map<String, GgufValue> metadata, String key, long fallback) {
        return metadata.get(key) instanceof GgufValue.Whole whole ? whole.value() : fallback;
    }

    /** Paths of all parts, first one first, given the first one. */
    static List<Path> siblings(Path first, int count) throws IOException {
        String file = first.getFileName().toString();
        Matcher matcher = NAME.matcher(file);
        String wanted = String.format(Locale.ROOT, "-00001-of-%05d.gguf", count);
        if (!matcher.matches() || !file.endsWith(wanted)) {
            throw new GgufException(
                    file, 0, "the model is split in " + count + " files, so this one's name must end with " + wanted);
        }
        var paths = new ArrayList<Path>();
        for (int part = 1; part <= count; part++) {
            String name = String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", matcher.group(1), part, count);
            Path path = first.resolveSibling(name);
            if (!Files.isRegularFile(path)) {
                throw new GgufException(
                        file, 0, "part " + part + " of " + count + " is missing: " + name + " must lie beside it");
            }
            paths.add(path);
        }
        return paths;
    }
}
