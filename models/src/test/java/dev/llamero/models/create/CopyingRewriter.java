package dev.llamero.models.create;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/** Copies files in small steps, so that a kill can fall between them; a kinder double would write them at once. */
final class CopyingRewriter implements GgufRewriter {
    private static final int STEP_BYTES = 4_096;

    /** Names of the sources, with those beside them. */
    final List<List<String>> sources = new ArrayList<>();

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public void rewrite(Path source, Path target, Optional<Quantization> type, DoubleConsumer progress)
            throws IOException {
        try (var beside = Files.list(source.getParent())) {
            sources.add(
                    beside.map(file -> file.getFileName().toString()).sorted().toList());
        }
        try (InputStream in = Files.newInputStream(source);
                OutputStream out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[STEP_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                progress.accept(0.5);
            }
        }
        progress.accept(1);
    }
}
