package dev.llamero.dialects;

/** Whose behaviour a translation follows where Ollama's own {@code /v1} and the official APIs differ. */
public enum Manner {
    /**
     * Ollama's: what it leaves out of answers is left out, and what it ignores in requests without harm is ignored
     * ({@code n}, {@code previous_response_id}, a {@code tool_choice} that no model server can force). For the
     * inference server, which stands in for Ollama.
     */
    OLLAMA,
    /**
     * The official API's: answers have all documented fields, and what cannot be honoured is a bad request that names
     * the field. For the proxy.
     */
    OFFICIAL
}
