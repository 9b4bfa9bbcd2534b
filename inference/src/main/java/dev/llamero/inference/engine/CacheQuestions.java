package dev.llamero.inference.engine;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What other threads ask the cache, answered by the engine's thread between two steps. */
final class CacheQuestions {
    private static final long SECONDS_MAX = 30;
    private static final System.Logger LOG = System.getLogger(CacheQuestions.class.getName());

    private final Queue<Question<?>> waiting = new ConcurrentLinkedQueue<>();

    private record Question<T>(Function<SequenceCache, T> asked, CompletableFuture<T> reply) {
        void answer(SequenceCache cache) {
            try {
                reply.complete(asked.apply(cache));
            } catch (RuntimeException e) {
                reply.completeExceptionally(e);
            }
        }
    }

    /**
     * Any thread but the engine's: asks and waits.
     *
     * @param otherwise the answer if there is none in time
     * @param wake wakes the engine's thread
     */
    <T> T ask(Function<SequenceCache, T> question, T otherwise, Runnable wake) {
        Question<T> asked = new Question<>(question, new CompletableFuture<>());
        waiting.add(asked);
        wake.run();
        try {
            return asked.reply.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "a question to the cache was not answered", e);
            return otherwise;
        } finally {
            waiting.remove(asked);
        }
    }

    /** The engine's thread: answers those that wait now, so that whoever asks without end does not hold up a step. */
    void answer(SequenceCache cache) {
        for (int left = waiting.size(); left > 0; left--) {
            Question<?> question = waiting.poll();
            if (question != null) {
                question.answer(cache);
            }
        }
    }
}
