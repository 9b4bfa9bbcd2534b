package dev.llamero.dialects;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads one answer of a model server from its bytes, however they are cut. One answer, one thread. Time and memory are
 * linear in the bytes; every line is bounded.
 */
public interface AnswerReader {
    /**
     * Takes the next bytes and hands on every piece of the answer that they complete.
     *
     * @throws DialectException with {@link DialectError.Refused} if the server reports an error, with
     *     {@link DialectError.Garbled} if the bytes are no such answer
     */
    void feed(byte[] bytes, int offset, int length, Consumer<AnswerChunk> sink);

    /**
     * The server ended its answer.
     *
     * @throws DialectException with {@link DialectError.Garbled} also if the answer is not complete
     */
    void end(Consumer<AnswerChunk> sink);

    /** Whether the last piece was handed on; what may follow does not count. */
    boolean finished();

    /** Where the server's time went, once finished; empty if it does not tell. */
    default Optional<ServerTimings> timings() {
        return Optional.empty();
    }
}
