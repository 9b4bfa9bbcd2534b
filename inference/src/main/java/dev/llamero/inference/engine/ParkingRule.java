package dev.llamero.inference.engine;

/**
 * When an idle sequence leaves the KV cache for host memory. Pure.
 *
 * <p>Attention reads every cell below the highest used one, so each step pays rent for idle cells; moving them to host
 * memory and back has a price once. Nobody knows whether the conversation goes on in the next second or never. Paying
 * rent until it adds up to the price, and moving then, costs at most twice what the best choice in hindsight would have
 * (the ski rental problem; Karlin et al., "Competitive snoopy caching", Algorithmica 3, 1988). What is known to come is
 * counted in advance.
 *
 * <p>Rent is counted in quarters of a decode step: a prompt's rows share one reading of a cell and only pay its
 * arithmetic, which is about a quarter of a lone row's cost (measured on a CPU: 4.4 and about 1.4 microseconds per cell
 * of a 135M model).
 *
 * @param bytesMax most host memory for parked sequences; 0 for no parking
 * @param decodeSteps decode steps beside an idle cell that cost as much as parking it
 */
record ParkingRule(long bytesMax, int decodeSteps) {
    /**
     * On a CPU a decode step reads a cell once from main memory, and saving it reads it once, writes it once into fresh
     * pages, and restores it later: 29 microseconds (46 KiB at 1.6 GB/s) against 4.4 per step.
     */
    static final int DECODE_STEPS_CPU = 8;

    /** On a GPU a step reads a cell at 1.5 to 3 TB/s, and saving moves it over the bus at 8 to 12 GB/s. */
    static final int DECODE_STEPS_GPU = 200;

    /**
     * A step reads a cell once; a copy in the device's own memory reads and writes it, and once more to bring it back,
     * with a call for each run of cells and layer.
     */
    static final int DECODE_STEPS_ON_DEVICE = 16;

    /**
     * The library copies each piece of a conversation's cells by a call of its own per layer, about 10 microseconds on
     * a GPU: 1.3 ms per piece with 64 layers. In host memory that is no less, but there it is done a block at a time
     * while nothing runs.
     */
    static final int PIECES_ON_DEVICE_MAX = 64;

    /** A generation that begins is expected to take at least so many decode steps, if it may. */
    private static final int ANSWER_TOKENS = 32;

    /** Restoring a cell costs at most this part of evaluating its token (measured: 1/100 on a CPU, 1/10 on a GPU). */
    private static final int RESTORE_SHARE = 8;

    /** Fewer tokens are evaluated again in a part of one step, and are not worth an entry when they must go. */
    static final int EVICTED_TOKENS_MIN = 32;

    /** A prompt of at most so many rows loses less by idle cells than by waiting for them to be saved. */
    static final int SHORT_PROMPT_ROWS = 64;

    /** How much more rent short prompts may pay, so that they do not leave idle cells for ever. */
    static final int PATIENCE = 4 * SHORT_PROMPT_ROWS;

    private static final int QUARTERS = 4;

    static ParkingRule of(EngineLimits limits, EngineInfo info) {
        return new ParkingRule(limits.parkedBytesMax(), info.bytesOnGpu() > 0 ? DECODE_STEPS_GPU : DECODE_STEPS_CPU);
    }

    boolean enabled() {
        return bytesMax > 0;
    }

    /** The rent of one step. */
    static int rent(boolean decodes, int promptRows) {
        return (decodes ? QUARTERS : 0) + promptRows;
    }

    /** The rent that a generation which begins is going to cost, with so many tokens to evaluate before the answer. */
    static int rentToCome(int pending, int tokensMax) {
        return pending + QUARTERS * Math.min(ANSWER_TOKENS, tokensMax);
    }

    boolean pays(int rent) {
        return enabled() && rent >= QUARTERS * decodeSteps;
    }

    static boolean paysOnDevice(int rent) {
        return rent >= QUARTERS * DECODE_STEPS_ON_DEVICE;
    }

    /** Whether so many tokens gained are worth waiting for a disk, and for the restore of a sequence of this size. */
    static boolean worthFetching(int gained, int size) {
        return gained >= EVICTED_TOKENS_MIN && worthRestoring(gained, size);
    }

    /** Whether so many tokens gained are worth restoring a sequence of this size. */
    static boolean worthRestoring(int gained, int size) {
        return gained > 0 && (long) gained * RESTORE_SHARE >= size;
    }
}
