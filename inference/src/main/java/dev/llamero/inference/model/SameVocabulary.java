package dev.llamero.inference.model;

import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whether two GGUF files have one vocabulary: the same kind, and every token the same bytes. Which of them ends an
 * answer may differ, since a guess is only ever compared. Any thread; answers are kept while the files do not change.
 */
final class SameVocabulary {
    private static final int ENTRIES_MAX = 256;

    private final Map<Pair, Boolean> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Boolean> eldest) {
            return size() > ENTRIES_MAX;
        }
    });

    private record Version(Path path, long size, FileTime modified) {
        static Version of(Path path) throws IOException {
            return new Version(path, Files.size(path), Files.getLastModifiedTime(path));
        }
    }

    private record Pair(Version one, Version other) {}

    private record Words(Optional<GgufValue> kind, Optional<GgufValue.Array> tokens) {
        static Words of(Path path) throws IOException {
            GgufFile file = GgufFile.read(path);
            return new Words(
                    Optional.ofNullable(file.metadata().get("tokenizer.ggml.model")),
                    file.array("tokenizer.ggml.tokens"));
        }
    }

    /** @throws IOException if one of them cannot be read or is no GGUF */
    boolean of(Path one, Path other) throws IOException {
        var pair = new Pair(Version.of(one), Version.of(other));
        Boolean before = known.get(pair);
        if (before != null) {
            return before;
        }
        Words words = Words.of(one);
        boolean same = words.tokens().isPresent() && words.equals(Words.of(other));
        known.put(pair, same);
        return same;
    }
}
