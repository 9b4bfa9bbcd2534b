package dev.llamero.inference.kherud;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One model run by {@code de.kherud:llama} 4.2.0. A platform thread per running answer waits in the library for the
 * next piece of text; the library's own thread decodes.
 *
 * <p>Cancelling takes effect at the next piece of text: to cancel a task while a thread waits for it would leave that
 * thread waiting for ever. Log probabilities and structured output are refused, since the library does not hand out
 * what they need safely.
 */
public final class KherudEngine implements Engine {
    /** The llama.cpp build inside the library, from its release notes. */
    private static final String BUILD = "de.kherud:llama 4.2.0 (llama.cpp build 4916)";

    private static final long CLOSE_WAIT_SECONDS = 60;

    private final LlamaModel model;
    private final Tokenizer tokenizer;
    private final EngineInfo info;
    private final ThreadPoolExecutor workers;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    /**
     * Loads a model.
     *
     * @throws EngineException.Unloadable if the library cannot load it; the message says which llama.cpp it contains
     */
    public KherudEngine(KherudSettings settings) {
        model = open(settings);
        tokenizer = new KherudTokenizer(model, settings.vocabularySize());
        info = new EngineInfo(BUILD, settings.contextTokens(), settings.parallel(), fileBytes(settings), 0);
        workers = new ThreadPoolExecutor(
                settings.parallel(),
                settings.parallel(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(Math.max(1, settings.queueMax())),
                Thread.ofPlatform().name("kherud-", 0).daemon().factory());
    }

    private static LlamaModel open(KherudSettings settings) {
        LlamaModel.setLogger(LogFormat.TEXT, NativeLog::take);
        try {
            var parameters = new ModelParameters()
                    .setModel(settings.model().toString())
                    .setCtxSize(settings.contextTokens() * settings.parallel())
                    .setParallel(settings.parallel())
                    .setThreads(settings.threads())
                    .enableContBatching()
                    .disableLog();
            // The published library has no GPU code, and warns about every model that names a number of layers.
            return new LlamaModel(
                    settings.gpuLayers() > 0 ? parameters.setGpuLayers(settings.gpuLayers()) : parameters);
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            // The library's exception does not say why; for a model of a newer family it is the architecture.
            throw new EngineException.Unloadable(
                    settings.model().getFileName() + " (architecture '" + settings.architecture()
                            + "') cannot be loaded by " + BUILD + ": " + e.getMessage()
                            + ". Use the engine \"llama\" (--engine llama), whose llama.cpp is newer, or a model of a"
                            + " family that this build knows, such as Llama 3, Qwen2.5, Gemma 3 or SmolLM2",
                    e);
        }
    }

    private static long fileBytes(KherudSettings settings) {
        try {
            return Files.size(settings.model());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Generation submit(GenerationRequest request) {
        if (closed) {
            throw new EngineException.Closed("the model was unloaded");
        }
        if (request.constraint() != null || request.topLogprobs() >= 0) {
            throw new EngineException.Failed(
                    BUILD + " offers neither structured output nor log probabilities; use the engine \"llama\"", null);
        }
        if (request.promptTokens().length >= info.contextTokens()) {
            throw new EngineException.PromptTooLong(request.promptTokens().length, info.contextTokens());
        }
        var generation = new KherudGeneration(request);
        try {
            workers.execute(() -> work(generation));
        } catch (RejectedExecutionException e) {
            throw closed
                    ? new EngineException.Closed("the model was unloaded")
                    : new EngineException.Busy(
                            "the queue of " + workers.getQueue().size() + " requests is full");
        }
        return generation;
    }

    private void work(KherudGeneration generation) {
        running.incrementAndGet();
        try {
            run(generation);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(generation, new EngineException.Failed(BUILD + " failed: " + e.getMessage(), e));
        } finally {
            running.decrementAndGet();
        }
    }

    private void run(KherudGeneration generation) throws InterruptedException {
        var request = generation.request();
        if (closed) {
            fail(generation, new EngineException.Closed("the model was unloaded"));
            return;
        }
        long started = System.nanoTime();
        long first = 0;
        int pieces = 0;
        FinishReason reason = FinishReason.LENGTH;
        if (request.tokensMax() > 0 && !generation.isCancelled()) {
            LlamaIterator iterator = model.generate(parameters(request)).iterator();
            reason = FinishReason.STOP;
            while (iterator.hasNext()) {
                if (generation.isCancelled() || closed) {
                    iterator.cancel();
                    reason = FinishReason.CANCELLED;
                    break;
                }
                String text = iterator.next().text;
                first = first == 0 ? System.nanoTime() : first;
                pieces++;
                if (!text.isEmpty()) {
                    generation.put(new TokenEvent.Piece(text, List.of()));
                }
            }
            if (reason == FinishReason.STOP && pieces >= request.tokensMax()) {
                reason = FinishReason.LENGTH;
            }
        }
        long ended = System.nanoTime();
        first = first == 0 ? ended : first;
        generation.put(new TokenEvent.Finish(
                generation.isCancelled() ? FinishReason.CANCELLED : reason,
                new GenerationStatistics(
                        request.promptTokens().length,
                        0,
                        pieces,
                        started - generation.submittedNanos(),
                        first - started,
                        ended - first)));
    }

    private static void fail(KherudGeneration generation, EngineException cause) {
        try {
            generation.put(new TokenEvent.Failure(cause));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Every prompt is evaluated whole. With the library's prompt cache, a repeated greedy prompt was answered wrongly
     * by 4 of 24 freshly loaded models on a busy machine, always in the same words; without it by none.
     */
    private static InferenceParameters parameters(GenerationRequest request) {
        SamplingSettings sampling = request.sampling();
        var parameters = new InferenceParameters(request.promptText())
                .setCachePrompt(false)
                .setNPredict(request.tokensMax())
                .setNKeep(request.keepTokens())
                .setTemperature(sampling.temperature())
                .setTopK(sampling.topK())
                .setTopP(sampling.topP())
                .setMinP(sampling.minP())
                .setTypicalP(sampling.typicalP())
                .setRepeatLastN(sampling.repeatLastN())
                .setRepeatPenalty(sampling.repeatPenalty())
                .setPresencePenalty(sampling.presencePenalty())
                .setFrequencyPenalty(sampling.frequencyPenalty())
                .setStopStrings(request.stops().toArray(String[]::new));
        return sampling.seed() < 0 ? parameters : parameters.setSeed((int) sampling.seed());
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public EngineInfo info() {
        return info;
    }

    @Override
    public Load load() {
        return new Load(workers.getQueue().size(), running.get());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        workers.shutdown();
        try {
            // The library must not be freed under a thread that waits in it.
            if (!workers.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "answers of " + BUILD + " did not end within " + CLOSE_WAIT_SECONDS + " s; its memory is kept");
            }
            model.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
