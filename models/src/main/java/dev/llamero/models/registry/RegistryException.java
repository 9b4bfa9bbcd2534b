package dev.llamero.models.registry;

import java.io.IOException;

/** A pull or push that failed, with a sentence for the user; where Ollama has words for it, in its words. */
public class RegistryException extends IOException {
    private static final long serialVersionUID = 1L;

    RegistryException(String message) {
        super(message);
    }

    RegistryException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Nobody waits for the transfer any longer. */
    public static final class Cancelled extends RegistryException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("context canceled");
        }
    }

    /** The registry does not know the model or blob. */
    static final class Absent extends RegistryException {
        private static final long serialVersionUID = 1L;

        Absent() {
            super("file does not exist");
        }
    }

    /** The registry answered with a status that is a failure. */
    static final class Refused extends RegistryException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final long retryAfterMillis;

        Refused(int status, String body, long retryAfterMillis) {
            super(status + ": " + body);
            this.status = status;
            this.retryAfterMillis = retryAfterMillis;
        }

        /** Whether the same question may be answered later. */
        boolean isPassing() {
            return status == 408 || status == 429 || status >= 500;
        }

        /** How long the registry asks to wait; 0 if it does not say. */
        long retryAfterMillis() {
            return retryAfterMillis;
        }
    }

    /** The registry does what no attempt can mend, or what is not allowed. */
    static final class Hostile extends RegistryException {
        private static final long serialVersionUID = 1L;

        Hostile(String message) {
            super(message);
        }
    }
}
