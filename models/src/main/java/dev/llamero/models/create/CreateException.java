package dev.llamero.models.create;

import java.io.IOException;

/** A model cannot be made as asked. */
public final class CreateException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * The refusal.
     *
     * @param status for a client that has not been sent anything yet
     * @param message in Ollama's words where it has some
     */
    public CreateException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
