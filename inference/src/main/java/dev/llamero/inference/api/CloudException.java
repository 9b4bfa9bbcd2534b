package dev.llamero.inference.api;

/** A model in the cloud was asked for, which no machine of this server is: Ollama's answer where its cloud is off. */
public final class CloudException extends ApiException {
    private static final long serialVersionUID = 1L;
    private static final int FORBIDDEN = 403;

    /** @param operation what cannot be done, {@code remote model is unavailable} */
    public CloudException(String operation) {
        super(FORBIDDEN, "ollama cloud is disabled: " + operation);
    }
}
