package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.models.create.GgufRewriter;
import dev.llamero.models.create.Quantization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleConsumer;

/**
 * Rewrites models with llama.cpp, one at a time, each on a platform thread of its own; progress is reported on the
 * caller's. Any thread.
 */
public final class LlamaRewriter implements GgufRewriter {
    private static final System.Logger LOG = System.getLogger(LlamaRewriter.class.getName());
    private static final long REPORT_MILLIS = 60;

    private final NativeSettings natives;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private volatile double done;

    public LlamaRewriter(NativeSettings natives) {
        this.natives = natives;
    }

    @Override
    public boolean isAvailable() {
        var loading = new FutureTask<>(() -> LlamaRuntime.load(natives));
        try {
            run(loading, fraction -> {});
            return true;
        } catch (EngineException | IOException e) {
            LOG.log(System.Logger.Level.WARNING, "llama.cpp cannot be loaded: " + e.getMessage());
            return false;
        }
    }

    @Override
    public void rewrite(Path source, Path target, Optional<Quantization> type, DoubleConsumer progress)
            throws IOException {
        OptionalInt fileType = type.isPresent() ? OptionalInt.of(type.get().fileType()) : OptionalInt.empty();
        oneAtATime.lock();
        try {
            done = 0;
            run(
                    new FutureTask<>(() -> {
                        LlamaRuntime.load(natives).rewrite(source, target, fileType, fraction -> done = fraction);
                        return null;
                    }),
                    progress);
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Runs the work to its end whatever happens here, since llama.cpp cannot be stopped and writes to a file. */
    private <T> T run(FutureTask<T> work, DoubleConsumer progress) throws IOException {
        Thread.ofPlatform().daemon().name("gguf-rewriter").start(work);
        RuntimeException stopped = null;
        boolean interrupted = false;
        while (true) {
            try {
                T result = work.get(REPORT_MILLIS, TimeUnit.MILLISECONDS);
                if (stopped != null) {
                    throw stopped;
                }
                progress.accept(1);
                return result;
            } catch (TimeoutException e) {
                stopped = stopped == null ? reported(progress) : stopped;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } finally {
                if (interrupted && work.isDone()) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private RuntimeException reported(DoubleConsumer progress) {
        try {
            progress.accept(Math.min(done, Math.nextDown(1.0)));
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case IOException known -> known;
            case EngineException known -> throw known;
            default -> new IOException("llama.cpp cannot convert the model: " + cause, cause);
        };
    }
}
