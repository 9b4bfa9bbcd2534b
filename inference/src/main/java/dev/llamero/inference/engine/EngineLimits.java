package dev.llamero.inference.engine;

/**
 * Bounds of a {@link BatchingEngine}.
 *
 * @param parallel how many generations run at once; at least 1
 * @param queueMax how many more may wait before {@link EngineException.Busy}; 0 or more
 * @param contextTokensPerConversation most tokens of one conversation, prompt and answer together; at least 8
 * @param parkedBytesMax most host memory for idle conversations outside the KV cache; 0 for none
 * @param deviceBytesMax most memory of the device that computes for such conversations; 0 for none
 */
public record EngineLimits(
        int parallel, int queueMax, int contextTokensPerConversation, long parkedBytesMax, long deviceBytesMax) {
    public EngineLimits {
        if (parallel < 1) {
            throw new IllegalArgumentException("parallel is " + parallel + ", must be at least 1");
        }
        if (queueMax < 0) {
            throw new IllegalArgumentException("queueMax is " + queueMax + ", must be 0 or more");
        }
        if (contextTokensPerConversation < 8) {
            throw new IllegalArgumentException(
                    "contextTokensPerConversation is " + contextTokensPerConversation + ", must be at least 8");
        }
        if (parkedBytesMax < 0) {
            throw new IllegalArgumentException("parkedBytesMax is " + parkedBytesMax + ", must be 0 or more");
        }
        if (deviceBytesMax < 0) {
            throw new IllegalArgumentException("deviceBytesMax is " + deviceBytesMax + ", must be 0 or more");
        }
    }

    /** With idle conversations in the KV cache and in host memory only. */
    public EngineLimits(int parallel, int queueMax, int contextTokensPerConversation, long parkedBytesMax) {
        this(parallel, queueMax, contextTokensPerConversation, parkedBytesMax, 0);
    }

    /** Checks these limits against what a decoder can do. */
    void checkAgainst(Decoder decoder) {
        if (parallel > decoder.sequencesMax() || parallel > decoder.batchTokensMax()) {
            throw new IllegalArgumentException("parallel is " + parallel + ", but the decoder has "
                    + decoder.sequencesMax() + " sequences and steps of " + decoder.batchTokensMax() + " tokens");
        }
        if (contextTokensPerConversation > decoder.contextTokens()) {
            throw new IllegalArgumentException("contextTokensPerConversation is " + contextTokensPerConversation
                    + ", but the decoder's cache has " + decoder.contextTokens() + " cells");
        }
    }
}
