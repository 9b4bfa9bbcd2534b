package dev.llamero.proxy.pool;

import java.util.List;

/** No server has the model. The message is a sentence for the caller. */
public final class UnknownModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownModelException(String model, List<String> near) {
        super(
                "model '" + model + "' not found"
                        + (near.isEmpty()
                                ? ""
                                : "; did you mean '" + String.join("' or '", near) + "'? GET /v1/models lists all"),
                null,
                false,
                false);
    }
}
