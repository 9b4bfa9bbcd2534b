package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One case, one file: parts divided by a line of four dashes, the last part is what must come out.
 * {@code -Dllamero.golden=write} rewrites the last parts; the diff is then read by a person.
 */
record GoldenFiles(Path file, List<String> in, String expected) {
    private static final String DIVIDER = "\n----\n";
    private static final Path ROOT = Path.of("src/test/resources/golden");

    static Stream<GoldenFiles> in(String folder) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.sorted().map(GoldenFiles::read).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GoldenFiles read(Path file) {
        try {
            List<String> parts = Arrays.asList(Files.readString(file).split(DIVIDER, -1));
            return new GoldenFiles(file, parts.subList(0, parts.size() - 1), parts.getLast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void check(String actual) {
        if ("write".equals(System.getProperty("llamero.golden"))) {
            try {
                Files.writeString(file, String.join(DIVIDER, in) + DIVIDER + actual);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return;
        }
        assertThat(actual).as(file.toString()).isEqualTo(expected);
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
