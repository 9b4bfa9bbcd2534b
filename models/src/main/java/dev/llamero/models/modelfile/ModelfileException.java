package dev.llamero.models.modelfile;

import java.io.IOException;

/** A Modelfile cannot be read; the message is Ollama's. */
public final class ModelfileException extends IOException {
    private static final long serialVersionUID = 1L;

    ModelfileException(String message) {
        super(message);
    }

    static ModelfileException at(int line, String message) {
        return new ModelfileException("(line " + line + "): " + message);
    }
}
