package dev.llamero.inference.http;

/** The version of Ollama whose behaviour this server has; clients switch features by it. */
final class OllamaVersion {
    /** A release of August 2026, from whose source the specification was derived. */
    static final String NUMBER = "0.30.0";

    private OllamaVersion() {}
}
