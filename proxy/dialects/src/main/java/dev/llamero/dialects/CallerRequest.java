package dev.llamero.dialects;

/** A request for text as its caller wrote it: what it asks, and how its answer must look. Immutable. */
public interface CallerRequest {
    /** What it asks, in neutral terms. */
    ModelCall call();

    /** Whether the caller wants events or one object. */
    boolean stream();

    /**
     * A writer for one answer in the caller's dialect.
     *
     * @param token unique among answers, of letters and digits; ids in the answer are made of it
     * @param createdSeconds Unix time
     */
    AnswerWriter answer(String token, long createdSeconds);
}
