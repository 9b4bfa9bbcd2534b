package dev.llamero.dialects;

/** What a caller wants of a model, and where the two kinds of model servers take it. */
public enum Operation {
    /** Messages in, a message out. */
    CHAT("/api/chat", "/v1/chat/completions"),
    /** One text in, its continuation out. */
    GENERATE("/api/generate", "/v1/completions"),
    /** Texts in, vectors out. */
    EMBED("/api/embed", "/v1/embeddings");

    private final String ollamaPath;
    private final String openAiPath;

    Operation(String ollamaPath, String openAiPath) {
        this.ollamaPath = ollamaPath;
        this.openAiPath = openAiPath;
    }

    String ollamaPath() {
        return ollamaPath;
    }

    String openAiPath() {
        return openAiPath;
    }
}
