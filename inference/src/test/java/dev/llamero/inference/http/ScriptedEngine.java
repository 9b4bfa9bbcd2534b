package dev.llamero.inference.http;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An engine that says what the test tells it to, piece by piece, and only when it is told: a kinder double that answers
 * at once would hide a reply that is buffered, and work that goes on after its client left.
 */
final class ScriptedEngine implements Engine {
    private final List<ScriptedGeneration> generations = new CopyOnWriteArrayList<>();
    private final BlockingQueue<ScriptedGeneration> submitted = new LinkedBlockingQueue<>();
    private final EngineInfo info;
    private volatile List<String> answer;
    volatile boolean closed;

    /** Who waits, as the test says. */
    volatile List<Waiting> line = List.of();

    /** @param contextTokens context of one conversation; tokens are UTF-8 bytes */
    ScriptedEngine(int contextTokens) {
        this.info = new EngineInfo("scripted", contextTokens, 1, 1_000, 0);
    }

    /** From now on every request is answered at once with these pieces and a stop. */
    void answers(String... pieces) {
        answer = List.of(pieces);
    }

    /** The next request that was submitted. */
    ScriptedGeneration next() throws InterruptedException {
        ScriptedGeneration generation = submitted.poll(20, java.util.concurrent.TimeUnit.SECONDS);
        if (generation == null) {
            throw new AssertionError("no request reached the engine");
        }
        return generation;
    }

    List<ScriptedGeneration> generations() {
        return generations;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        if (closed) {
            throw new EngineException.Closed("the engine is closed");
        }
        var generation = new ScriptedGeneration(request);
        generations.add(generation);
        if (answer != null) {
            answer.forEach(generation::say);
            generation.finish(FinishReason.STOP);
        }
        submitted.add(generation);
        return generation;
    }

    @Override
    public Tokenizer tokenizer() {
        return ByteTokenizer.INSTANCE;
    }

    @Override
    public EngineInfo info() {
        return info;
    }

    @Override
    public List<Waiting> waiting() {
        return line;
    }

    @Override
    public Load load() {
        return new Load(0, 0);
    }

    @Override
    public void close() {
        closed = true;
        generations.forEach(generation -> generation.fail(new EngineException.Closed("the engine was closed")));
    }

    /** One request's answer, spoken by the test. */
    static final class ScriptedGeneration implements Generation {
        final GenerationRequest request;
        /** Where it stood when it came; null if it did not have to wait. */
        volatile Waiting place;

        private final BlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
        private final List<String> said = new ArrayList<>();
        private final java.util.concurrent.CountDownLatch cancelled = new java.util.concurrent.CountDownLatch(1);

        ScriptedGeneration(GenerationRequest request) {
            this.request = request;
        }

        void say(String text) {
            said.add(text);
            events.add(new TokenEvent.Piece(text, List.of()));
        }

        void finish(FinishReason reason) {
            int prompt = request.promptTokens().length;
            events.add(
                    new TokenEvent.Finish(reason, new GenerationStatistics(prompt, 0, said.size(), 1, 1_000, 2_000)));
        }

        void fail(EngineException cause) {
            events.add(new TokenEvent.Failure(cause));
        }

        /** Waits until somebody cancels; false if nobody does. */
        boolean awaitCancel() throws InterruptedException {
            return cancelled.await(20, java.util.concurrent.TimeUnit.SECONDS);
        }

        boolean isCancelled() {
            return cancelled.getCount() == 0;
        }

        @Override
        public TokenEvent next() throws InterruptedException {
            return events.take();
        }

        @Override
        public Optional<Waiting> queued() {
            return Optional.ofNullable(place);
        }

        @Override
        public void cancel() {
            cancelled.countDown();
            finish(FinishReason.CANCELLED);
        }

        @Override
        public void close() {
            cancelled.countDown();
        }
    }

    /** Tokens are the bytes of the text. */
    enum ByteTokenizer implements Tokenizer {
        INSTANCE;

        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                tokens[i] = bytes[i] & 0xff;
            }
            return tokens;
        }

        @Override
        public byte[] bytes(int token, boolean renderSpecial) {
            return new byte[] {(byte) token};
        }

        @Override
        public boolean endsGeneration(int token) {
            return token == 0;
        }

        @Override
        public int vocabularySize() {
            return 256;
        }
    }
}
