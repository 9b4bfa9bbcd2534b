package dev.llamero.benchmarks.load;

import java.util.Arrays;

/**
 * One measured answer. All times are nanoseconds of {@link System#nanoTime}, taken in the client.
 *
 * @param sent just before the request's first byte went out
 * @param pieces when each non-empty piece of text was read, thinking included; header and role chunks do not count
 * @param firstAnswerPiece when the first piece that is no thinking was read, 0 if there was none
 * @param promptTokens as the server counts them, reused ones included
 * @param outputTokens as the server counts them
 * @param decodeCalls runs of the model that made these tokens, as the server tells; 0 if it does not
 * @param dropped whether the client left before the end
 * @param text the whole answer
 */
public record Answer(
        long sent,
        long[] pieces,
        long firstAnswerPiece,
        int promptTokens,
        int outputTokens,
        long decodeCalls,
        boolean dropped,
        String text) {

    /** Time to first token: from sending to the first non-empty piece, in milliseconds. */
    double firstTokenMillis() {
        return (pieces[0] - sent) / 1e6;
    }

    /** When the last piece came. */
    long last() {
        return pieces[pieces.length - 1];
    }

    /** Output tokens per second after the first: 1 / TPOT. */
    double decodeRate() {
        return (outputTokens - 1) * 1e9 / Math.max(1, last() - pieces[0]);
    }

    /** Prompt tokens per second until the first token. */
    double prefillRate() {
        return promptTokens * 1e9 / Math.max(1, pieces[0] - sent);
    }

    /** Inter-token latencies: the gaps between pieces, in milliseconds. */
    double[] gapsMillis() {
        double[] gaps = new double[Math.max(0, pieces.length - 1)];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = (pieces[i + 1] - pieces[i]) / 1e6;
        }
        return gaps;
    }

    /** The gaps of which some part lies within a time. */
    double[] gapsMillisWithin(long from, long to) {
        double[] gaps = gapsMillis();
        return java.util.stream.IntStream.range(0, gaps.length)
                .filter(i -> pieces[i + 1] > from && pieces[i] < to)
                .mapToDouble(i -> gaps[i])
                .toArray();
    }

    /** Output tokens that came within a time, if every piece held equally many. */
    double tokensWithin(long from, long to) {
        long inside = Arrays.stream(pieces).filter(at -> at >= from && at <= to).count();
        return (double) inside * outputTokens / pieces.length;
    }
}
