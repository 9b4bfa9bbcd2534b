package dev.llamero.inference.model;

/** Who waits for a model: a client that may leave while it waits. All methods may be called from any thread. */
public interface Caller {
    /** A caller that never leaves. */
    Caller STAYS = new Caller() {
        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public Listening onGone(Runnable action) {
            return () -> {};
        }
    };

    boolean isGone();

    /** Runs the action when the caller leaves, at once if it has left; it must be quick and may run twice. */
    Listening onGone(Runnable action);

    /** A listener's registration; closing it ends the listening. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
