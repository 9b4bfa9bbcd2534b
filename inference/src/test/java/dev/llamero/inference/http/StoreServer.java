package dev.llamero.inference.http;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A server with the recorded store, for tests of clients in other packages. */
public final class StoreServer implements AutoCloseable {
    /** The recorded server's default without a GPU. */
    private static final int CONTEXT = 4_096;

    private final TestServer server;
    private final ScriptedEngine engine;
    private ScriptedEngine.ScriptedGeneration generation;

    private StoreServer(TestServer server, ScriptedEngine engine) {
        this.server = server;
        this.engine = engine;
    }

    /** Whether the real models are beside the checkout. */
    public static boolean hasModels() {
        return Files.isDirectory(RecordedStore.models());
    }

    /** With the real weights and the real engine, whose answers do not depend on chance. */
    public static StoreServer real(Path folder, List<String> names) throws IOException {
        var engines = new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                KvType.F16,
                1,
                64,
                OptionalLong.empty(),
                new DiskCache(folder, OptionalLong.of(0)),
                StepOptions.DEFAULTS);
        return new StoreServer(
                new TestServer(new TestServer.Choice(
                        List.of(),
                        Optional.of(RecordedStore.withModels(folder, names)),
                        new GreedyEngines(engines),
                        JinjaTemplates::parse,
                        CONTEXT,
                        TestServer.limits())),
                null);
    }

    /** With one model of random weights, called {@code toy}, the real engine, and conversations that are kept. */
    public static StoreServer toy(Path folder) throws IOException {
        ToyModel.write(folder.resolve("toy.gguf"), 1);
        var disk = new DiskCache(folder.resolve("cache"), OptionalLong.of(1 << 28));
        var engines = new LlamaEngineFactory(
                NativeSettings.fromEnvironment(System.getenv()),
                KvType.F16,
                1,
                64,
                OptionalLong.of(1 << 28),
                disk,
                StepOptions.DEFAULTS);
        return new StoreServer(
                new TestServer(
                        new TestServer.Choice(
                                List.of(folder.resolve("toy.gguf")),
                                Optional.empty(),
                                engines,
                                source -> TestServer::plain,
                                512,
                                TestServer.limits()),
                        disk),
                null);
    }

    /** With models that only have a header, and answers that the test speaks. */
    public static StoreServer scripted(Path folder, List<String> names) throws IOException {
        var engine = new ScriptedEngine(CONTEXT);
        return new StoreServer(
                new TestServer(new TestServer.Choice(
                        List.of(),
                        Optional.of(RecordedStore.withHeaders(folder, names)),
                        TestServer.factory(engine),
                        source -> TestServer::plain,
                        CONTEXT,
                        TestServer.limits())),
                engine);
    }

    public int port() {
        return server.port();
    }

    /** Waits for the next request and gives its prompt. */
    public String nextPrompt() throws InterruptedException {
        generation = engine.next();
        var prompt = new StringBuilder();
        byte[] bytes = new byte[generation.request.promptTokens().length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) generation.request.promptTokens()[i];
        }
        return prompt.append(new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    /** The rest of the answer to the prompt that was given last. */
    public void answer(String... pieces) {
        say(pieces);
        generation.finish(FinishReason.STOP);
    }

    /** A part of the answer. */
    public void say(String... pieces) {
        for (String piece : pieces) {
            generation.say(piece);
        }
    }

    /** Whether the client leaves within a bounded time. */
    public boolean awaitCancel() throws InterruptedException {
        return generation.awaitCancel();
    }

    @Override
    public void close() {
        server.close();
    }
}
