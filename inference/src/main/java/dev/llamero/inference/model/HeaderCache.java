package dev.llamero.inference.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Headers read before, as long as the file has not changed. Any thread; bounded. */
final class HeaderCache {
    private static final int ENTRIES_MAX = 512;

    private final Map<Path, Known> entries = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
            return size() > ENTRIES_MAX;
        }
    });

    private record Known(long size, FileTime modified, ModelHeader header) {}

    /** @throws IOException if the file cannot be read or is no GGUF (then a GgufException) */
    ModelHeader header(Path path) throws IOException {
        long size = Files.size(path);
        FileTime modified = Files.getLastModifiedTime(path);
        Known known = entries.get(path);
        if (known != null && known.size == size && known.modified.equals(modified)) {
            return known.header;
        }
        ModelHeader header = ModelHeader.read(path);
        entries.put(path, new Known(size, modified, header));
        return header;
    }
}
