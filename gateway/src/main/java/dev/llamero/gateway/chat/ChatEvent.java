package dev.llamero.gateway.chat;

/**
 * What those who look at a conversation are told. A turn's deltas, tool pieces and resets are numbered together,
 * without a gap but before a reset.
 */
public sealed interface ChatEvent {
    /** The conversation whose watchers are told; empty for what all of its owner's pages are told. */
    default String watched() {
        return "";
    }

    /** A turn began; both messages are stored. */
    record TurnStarted(String sessionKey, Message question, Message answer) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /**
     * The next piece of an answer.
     *
     * @param kind {@code content} or {@code reasoning}
     */
    record TurnDelta(String sessionKey, String turnId, long seq, String kind, String text) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /**
     * The next piece of a tool call.
     *
     * @param index of the call in the answer
     * @param arguments the next piece of the call's JSON
     */
    record TurnTool(String sessionKey, String turnId, long seq, int index, String id, String name, String arguments)
            implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** The thinking is over. */
    record TurnThought(String sessionKey, String turnId, long millis) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** Nothing came yet, but the turn is alive: the model is being loaded, or reads the prompt. */
    record TurnWaiting(String sessionKey, String turnId, long elapsedMillis) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /**
     * The answer broke off and is asked for again.
     *
     * @param attempt which one this is
     * @param verifiedChars of the text that is there, how much has come again
     */
    record TurnResuming(
            String sessionKey,
            String turnId,
            int attempt,
            int verifiedChars,
            String errorCode,
            String errorMessage,
            String errorRemedy)
            implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** The text so far does not count any more; this is it now. */
    record TurnReset(String sessionKey, String turnId, long seq, Message answer) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /**
     * A turn is over.
     *
     * @param seq number of its last event
     * @param answer the whole message as it is stored
     */
    record TurnEnded(String sessionKey, String turnId, long seq, Message answer) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** A conversation is new, or has another title, time or state. */
    record SessionChanged(Session session) implements ChatEvent {}

    /** A conversation is gone. */
    record SessionDeleted(String sessionKey) implements ChatEvent {}

    /** Another branch of it is shown. */
    record SessionBranched(String sessionKey) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** Its questions are asked in another way from now on. */
    record SessionConfigured(String sessionKey, ChatSettings settings) implements ChatEvent {
        @Override
        public String watched() {
            return sessionKey;
        }
    }

    /** A model is on its way to the inference server. */
    record ModelPull(
            String model, PullState state, String status, long completedBytes, long totalBytes, String errorMessage)
            implements ChatEvent {}

    /** Life of a pull. */
    enum PullState {
        RUNNING,
        DONE,
        FAILED,
        STOPPED
    }

    /** Who passes events on. Events of conversations come within the lock of the chats, in order; must not block. */
    interface Listener {
        /** @param owner whose pages it concerns; empty for everybody's */
        void happened(String owner, ChatEvent event);
    }
}
