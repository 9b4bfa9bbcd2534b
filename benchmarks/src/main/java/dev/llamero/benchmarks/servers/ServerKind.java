package dev.llamero.benchmarks.servers;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How a server is spoken to. */
public enum ServerKind {
    /** {@code /api/chat}, NDJSON; loads models on demand. */
    OLLAMA("ollama", "/api/version"),
    /** {@code /v1/chat/completions}, SSE, with llama-server's own request fields and timings. */
    LLAMA_SERVER("llama-server", "/health"),
    /** {@code /v1/chat/completions}, SSE, and nothing beyond OpenAI's fields. */
    OPENAI("openai", "/v1/models");

    private final String label;
    private final String readyPath;

    ServerKind(String label, String readyPath) {
        this.label = label;
        this.readyPath = readyPath;
    }

    /** As on the command line and in files. */
    public String label() {
        return label;
    }

    /** Answers 200 once the server takes requests. */
    public String readyPath() {
        return readyPath;
    }

    /**
     * The kind with this label.
     *
     * @throws IllegalArgumentException if there is none; names those that there are
     */
    public static ServerKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kind \"" + label + "\" is not one of "
                        + Arrays.stream(values()).map(ServerKind::label).collect(Collectors.joining(", "))));
    }
}
