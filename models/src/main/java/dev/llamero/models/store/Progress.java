package dev.llamero.models.store;

/** Is told how far a pull, push or create is. Called by the thread that does the work. */
@FunctionalInterface
public interface Progress {
    /**
     * One step, as the API reports it.
     *
     * @param status in Ollama's words
     * @param digest of the blob that is worked on; "" if none
     * @param total bytes of it; 0 if unknown
     * @param completed bytes so far
     */
    record Line(String status, String digest, long total, long completed) {}

    /** Takes a step; throwing ends the work. */
    void report(Line line);

    /** A step without numbers. */
    default void report(String status) {
        report(new Line(status, "", 0, 0));
    }
}
