package dev.llamero.inference.engine;

/**
 * Something outside the caller's control went wrong in an engine. Misuse is an {@link IllegalStateException} instead.
 */
public sealed class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EngineException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The queue is full; nothing was taken. */
    public static final class Busy extends EngineException {
        private static final long serialVersionUID = 1L;

        public Busy(String message) {
            super(message, null);
        }
    }

    /** The prompt does not fit into the context and may not be cut. */
    public static final class PromptTooLong extends EngineException {
        private static final long serialVersionUID = 1L;
        private final int promptTokens;
        private final int contextTokens;

        public PromptTooLong(int promptTokens, int contextTokens) {
            super(
                    "request (" + promptTokens + " tokens) exceeds the available context size (" + contextTokens
                            + " tokens), try increasing it",
                    null);
            this.promptTokens = promptTokens;
            this.contextTokens = contextTokens;
        }

        public int promptTokens() {
            return promptTokens;
        }

        public int contextTokens() {
            return contextTokens;
        }
    }

    /** The engine was closed while the generation waited or ran. */
    public static final class Closed extends EngineException {
        private static final long serialVersionUID = 1L;

        public Closed(String message) {
            super(message, null);
        }
    }

    /** The model cannot be loaded: unknown architecture, damaged file, no memory, native library missing. */
    public static final class Unloadable extends EngineException {
        private static final long serialVersionUID = 1L;

        public Unloadable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The native library reported an error while running. */
    public static final class Failed extends EngineException {
        private static final long serialVersionUID = 1L;

        public Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
