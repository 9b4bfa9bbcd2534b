package dev.llamero.inference.http;

import dev.llamero.framing.FramingException;
import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.models.create.CreateException;
import java.io.IOException;
import java.util.Map;

/** The one mapping from a failure to the status and text that a client of Ollama expects (specification 4). */
final class ErrorReplies {
    private static final System.Logger LOG = System.getLogger(ErrorReplies.class.getName());

    private ErrorReplies() {}

    /**
     * What to tell the client.
     *
     * @param status the HTTP status, when it can still be sent
     * @param text the value of {@code error}
     */
    record Reply(int status, String text) {
        Map<String, Object> body() {
            return Map.of("error", text);
        }
    }

    static Reply of(Throwable failure) {
        return switch (failure) {
            case BadJsonException bad -> new Reply(400, bad.isEmpty() ? "missing request body" : bad.getMessage());
            case ApiException refused -> new Reply(refused.status(), refused.getMessage());
            case FramingException bad -> new Reply(400, bad.getMessage());
            case CreateException refused -> new Reply(refused.status(), refused.getMessage());
            case IOException failed -> {
                LOG.log(System.Logger.Level.WARNING, "a change of the store failed: " + failed);
                yield new Reply(500, String.valueOf(failed.getMessage()));
            }
            case EngineException.Busy busy ->
                new Reply(503, "server busy, please try again.  maximum pending requests exceeded");
            case EngineException.PromptTooLong tooLong -> new Reply(400, tooLong.getMessage());
            case EngineException.Closed closed -> new Reply(503, closed.getMessage());
            case EngineException.Unloadable unloadable -> new Reply(500, unloadable.getMessage());
            case EngineException.Failed failed -> new Reply(500, failed.getMessage());
            default -> {
                LOG.log(System.Logger.Level.ERROR, "unexpected failure", failure);
                yield new Reply(500, "internal error: " + failure);
            }
        };
    }
}
