package dev.llamero.inference.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the inputs of many requests over one {@link VectorEncoder}, as many in one step as it takes. Requests take turns
 * input by input, so that a short one does not wait behind a long list.
 *
 * <p>One platform thread, {@code embedder-<model>}, owns the encoder and makes every call to it. The owner closes the
 * engine.
 */
public final class EmbeddingEngine implements Embedder {
    private static final System.Logger LOG = System.getLogger(EmbeddingEngine.class.getName());
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(60);

    private final VectorEncoder encoder;
    private final Tokenizer tokenizer;
    private final EngineInfo info;
    private final int queueMax;
    private final AutoCloseable owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<EmbeddingRequest> waiting = new ArrayDeque<>();
    private final Thread thread;
    private boolean closing;

    /**
     * Starts the engine's thread, which owns {@code encoder} from now on and closes it at the end.
     *
     * @param model the model's name, for the thread's name
     * @param queueMax requests that may wait before {@link EngineException.Busy}; at least 1
     * @param owner what the encoder belongs to; closed on the engine's thread after it
     */
    public EmbeddingEngine(
            String model,
            VectorEncoder encoder,
            Tokenizer tokenizer,
            EngineInfo info,
            int queueMax,
            AutoCloseable owner) {
        if (queueMax < 1) {
            throw new IllegalArgumentException("queueMax is " + queueMax + ", must be at least 1");
        }
        this.encoder = encoder;
        this.tokenizer = tokenizer;
        this.info = info;
        this.queueMax = queueMax;
        this.owner = owner;
        this.thread = Thread.ofPlatform().name("embedder-" + model).daemon().start(this::run);
    }

    @Override
    public int inputTokensMax() {
        return encoder.tokensMax();
    }

    @Override
    public Future<List<float[]>> submit(List<int[]> inputs) {
        inputs.forEach(this::check);
        var request = new EmbeddingRequest(inputs);
        lock.lock();
        try {
            if (closing) {
                throw closed();
            }
            if (waiting.size() >= queueMax) {
                throw new EngineException.Busy("all " + queueMax + " places in the queue are taken; try again later");
            }
            if (request.hasNext()) {
                waiting.addLast(request);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        return request.result();
    }

    private void check(int[] input) {
        if (input.length == 0 || input.length > encoder.tokensMax()) {
            throw new IllegalArgumentException(
                    "an input has " + input.length + " tokens, not 1 to " + encoder.tokensMax());
        }
        for (int token : input) {
            if (token < 0 || token >= encoder.vocabularySize()) {
                throw new IllegalArgumentException("an input holds token " + token + ", outside the vocabulary of "
                        + encoder.vocabularySize() + " tokens");
            }
        }
    }

    private static EngineException.Closed closed() {
        return new EngineException.Closed("the engine is closed");
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public EngineInfo info() {
        return info;
    }

    // From here on the engine's thread only.

    private void run() {
        EngineException end = closed();
        try {
            for (List<EmbeddingRequest.Input> step = next(); !step.isEmpty(); step = next()) {
                encode(step);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The engine's thread ends after a failure", e);
            end = new EngineException.Closed("the engine ended after a failure: " + e.getMessage());
        } finally {
            failWaiting(end);
            free();
        }
    }

    /** The inputs of the next step; waits while there are none; empty if the engine closes. */
    private List<EmbeddingRequest.Input> next() {
        lock.lock();
        try {
            var step = new ArrayList<EmbeddingRequest.Input>();
            while (step.isEmpty()) {
                while (waiting.isEmpty() && !closing) {
                    changed.awaitUninterruptibly();
                }
                if (closing) {
                    return List.of();
                }
                fill(step);
            }
            return step;
        } finally {
            lock.unlock();
        }
    }

    /** Takes one input of each request in turn, until one does not fit or there are no more. */
    private void fill(List<EmbeddingRequest.Input> step) {
        int room = encoder.tokensMax();
        while (!waiting.isEmpty() && step.size() < encoder.inputsMax()) {
            EmbeddingRequest request = waiting.pollFirst();
            if (request.result().isDone()) {
                continue;
            }
            if (request.peek().length > room) {
                waiting.addFirst(request);
                return;
            }
            EmbeddingRequest.Input input = request.take();
            room -= input.tokens().length;
            step.add(input);
            if (request.hasNext()) {
                waiting.addLast(request);
            }
        }
    }

    private void encode(List<EmbeddingRequest.Input> step) {
        try {
            List<float[]> vectors = encoder.encode(
                    step.stream().map(EmbeddingRequest.Input::tokens).toList());
            for (int i = 0; i < step.size(); i++) {
                step.get(i).answer(vectors.get(i));
            }
        } catch (EngineException.Failed e) {
            LOG.log(System.Logger.Level.WARNING, "A step of " + step.size() + " inputs failed: " + e.getMessage());
            step.forEach(input -> input.fail(e));
        } catch (RuntimeException | Error e) {
            step.forEach(input -> input.fail(new EngineException.Failed("embedding failed: " + e, e)));
            throw e;
        }
    }

    private void failWaiting(EngineException end) {
        lock.lock();
        try {
            closing = true;
            waiting.forEach(request -> request.fail(end));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private void free() {
        encoder.close();
        try {
            owner.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "The model was not freed", e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        thread.getName() + " did not end within " + CLOSE_WAIT
                                + "; its memory is freed when its step ends");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
