package dev.llamero.benchmarks.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout's Java sources, found from the module's own folder. */
final class SourceTree {
    private static final List<String> MODULES = List.of(
            "models",
            "proxy/settings",
            "proxy/dialects",
            "proxy/framing",
            "inference",
            "proxy",
            "gateway",
            "benchmarks");

    private SourceTree() {}

    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("llamero")) ? here : here.getParent();
    }

    static List<Path> modules() {
        return MODULES.stream().map(root()::resolve).toList();
    }

    /** Of all modules, also of that which has tests only. */
    static List<Path> javaFiles() {
        return Stream.concat(modules().stream(), Stream.of(root().resolve("benchmarks/clients")))
                .map(module -> module.resolve("src"))
                .filter(Files::isDirectory)
                .flatMap(SourceTree::filesBelow)
                .filter(path -> path.toString().endsWith(".java"))
                .sorted()
                .toList();
    }

    private static Stream<Path> filesBelow(Path folder) {
        try (var paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
