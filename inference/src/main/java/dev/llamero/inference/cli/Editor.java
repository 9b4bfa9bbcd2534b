package dev.llamero.inference.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The user's editor, in which a message of a chat is written (specification 20.3). */
final class Editor {
    private static final String DEFAULT = "vi";

    private final List<String> command;

    /** Of the first of {@code OLLAMA_EDITOR}, {@code VISUAL} and {@code EDITOR} that is set. */
    Editor(Map<String, String> environment) {
        String words = Stream.of("OLLAMA_EDITOR", "VISUAL", "EDITOR")
                .map(name -> environment.getOrDefault(name, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse(DEFAULT);
        command = List.of(words.split("\\s+"));
    }

    /**
     * Returns once the editor has ended.
     *
     * @throws UsageException if there is no such program or it failed
     */
    String edit(String text) throws IOException {
        // Only the owner may read what this makes.
        Path file = Files.createTempFile("llamero-prompt-", ".txt");
        try {
            Files.writeString(file, text);
            run(file);
            return Files.readString(file).replaceFirst("[\\r\\n]+$", "");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void run(Path file) throws IOException {
        var arguments = new ArrayList<>(command);
        arguments.add(file.toString());
        Process process;
        try {
            process = new ProcessBuilder(arguments).inheritIO().start();
        } catch (IOException e) {
            throw new UsageException("editor \"" + command.getFirst()
                    + "\" not found, set OLLAMA_EDITOR to the path of your preferred editor");
        }
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new UsageException("editor exited with error: exit status " + code);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the editor ran", e);
        }
    }
}
