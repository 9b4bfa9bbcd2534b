package dev.llamero.dialects;

/**
 * Writes one answer in its caller's dialect. A streamed one is written as it comes; one that is not comes out whole
 * with the last piece, so until then a failure can still have a status. One answer, one thread.
 */
public interface AnswerWriter {
    /** Content type of the whole. */
    String contentType();

    /**
     * What to send for the next piece of the answer; empty if nothing.
     *
     * @throws DialectException if the piece comes after the end, or the answer grows too large
     */
    byte[] write(AnswerChunk chunk);

    /** Whether the last piece was written; a stream that ends before it was cut. */
    boolean finished();

    /** The event that tells a failure in the middle of a stream; nothing follows it. */
    byte[] failure(Failure failure);
}
