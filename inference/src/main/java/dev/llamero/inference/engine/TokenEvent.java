package dev.llamero.inference.engine;

import java.util.List;

/** What a {@link Generation} hands to its caller, in order: any number of pieces, then one finish or failure. */
public sealed interface TokenEvent {
    /**
     * More text of the answer: whole code points, never a part of a stop string.
     *
     * @param text never empty unless there are log probabilities
     * @param logprobs of the tokens sampled since the last piece; empty if not asked for
     */
    record Piece(String text, List<TokenLogprob> logprobs) implements TokenEvent {}

    /**
     * The end of the answer.
     *
     * @param tokens of the answer, without the one that ended it; empty if they are not known, since the context was
     *     shifted
     */
    record Finish(FinishReason reason, GenerationStatistics statistics, int[] tokens) implements TokenEvent {
        /** An end without known tokens. */
        public Finish(FinishReason reason, GenerationStatistics statistics) {
            this(reason, statistics, new int[0]);
        }
    }

    /** The engine could not go on. */
    record Failure(EngineException cause) implements TokenEvent {}
}
