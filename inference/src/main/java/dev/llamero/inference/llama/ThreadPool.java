package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Makes the pool of threads that computes for one context. Without one, these libraries (built without OpenMP) would
 * start their threads anew in every step.
 */
final class ThreadPool {
    /**
     * How long a thread spins before it sleeps, 0 to 100. Each unit is some milliseconds, so the least one spans the
     * pause between two steps; llama.cpp's own 50 would hold a core for a third of a second after the last step, which
     * whoever reads requests and sends answers on a small machine has to wait for.
     */
    private static final int POLL = 1;

    private ThreadPool() {}

    /** A running pool, which its owner closes after the context that it is attached to. */
    static NativeHandle start(GgmlApi api, int threads) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(Layouts.THREADPOOL_PARAMS);
            params.set(JAVA_INT, Layouts.offset(Layouts.THREADPOOL_PARAMS, "n_threads"), threads);
            params.set(JAVA_INT, Layouts.offset(Layouts.THREADPOOL_PARAMS, "poll"), POLL);
            MemorySegment pool = api.threadpoolNew(params);
            if (pool.address() == 0) {
                throw new LlamaException("ggml_threadpool_new could not start " + threads + " threads");
            }
            return new NativeHandle("the thread pool", pool, api::threadpoolFree);
        }
    }
}
