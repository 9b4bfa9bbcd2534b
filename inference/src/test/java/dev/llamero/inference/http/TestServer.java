package dev.llamero.inference.http;

import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.FileDigests;
import dev.llamero.inference.model.GgufFolder;
import dev.llamero.inference.model.LlamaRewriter;
import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.model.OllamaStore;
import dev.llamero.inference.model.StoreAccess;
import dev.llamero.inference.prompt.ChatTemplate;
import dev.llamero.inference.prompt.ChatTemplates;
import dev.llamero.inference.prompt.TokenizingPool;
import dev.llamero.models.registry.Registry;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** A whole server on a free port, with any engine behind it. */
final class TestServer implements AutoCloseable {
    static final Duration WRITE_STALL = Duration.ofMillis(800);

    private final LoadedModels loaded;
    private final TokenizingPool pool = new TokenizingPool();
    private final FileDigests digests = new FileDigests();
    private final ApiServer server;

    /** What a test may choose. */
    record Choice(
            List<Path> files,
            Optional<Path> store,
            EngineFactory engines,
            Function<String, ChatTemplate.Renderer> templates,
            int contextTokens,
            LoadedModels.Limits limits) {}

    TestServer(Choice choice) throws BindException {
        this(choice, new DiskCache(Path.of("no-cache"), OptionalLong.of(0)));
    }

    /** With a place for conversations. */
    TestServer(Choice choice, DiskCache disk) throws BindException {
        loaded = new LoadedModels(choice.engines(), choice.limits());
        var folder = new GgufFolder(choice.files(), digests);
        var store = choice.store().map(StoreFolder::new);
        var natives = NativeSettings.fromEnvironment(System.getenv());
        var handlers = new ApiHandlers(
                ModelStore.of(folder, store.map(root -> new OllamaStore(root, Optional.empty()))),
                store.map(root -> StoreAccess.of(root, folder, new LlamaRewriter(natives), registry(root), true)),
                loaded,
                new LoadDefaults(choice.contextTokens(), -1, 1, 512),
                new ChatTemplates(choice.templates()),
                pool,
                disk);
        server = ApiServer.start(new ApiServer.Settings("127.0.0.1", 0, List.of(), WRITE_STALL), handlers);
    }

    /** Its key would lie beside the store; no test shows one to a registry. */
    private static Registry registry(StoreFolder root) {
        return new Registry(
                root,
                new Registry.Settings(
                        root.blobs().folder().resolveSibling("id_ed25519"), Map.of(), ApiServer.agent(), true));
    }

    static LoadedModels.Limits limits() {
        return new LoadedModels.Limits(3, 512, Duration.ofMinutes(5));
    }

    /** A server over these files whose every model is run by the given engine. */
    static TestServer scripted(ScriptedEngine engine, Path... files) throws BindException {
        return new TestServer(new Choice(
                List.of(files), Optional.empty(), factory(engine), source -> TestServer::plain, 4_096, limits()));
    }

    static EngineFactory factory(ScriptedEngine engine) {
        return (model, options, progress) -> new LoadedEngine(engine, gbnf -> {
            throw new IllegalStateException("no grammar here");
        });
    }

    /** Messages one per line, then {@code assistant:}. */
    static String plain(Map<String, Object> variables) {
        var lines = new ArrayList<String>();
        for (Object message : (List<?>) variables.get("messages")) {
            Map<?, ?> map = (Map<?, ?>) message;
            lines.add(map.get("role") + ": " + map.get("content"));
        }
        lines.add("assistant: ");
        return String.join("\n", lines);
    }

    int port() {
        return server.port();
    }

    /** One request on a connection of its own. */
    RawClient.Reply call(String method, String path, String body) throws IOException {
        return call(method, path, List.of(), body);
    }

    RawClient.Reply call(String method, String path, List<List<String>> headers, String body) throws IOException {
        try (var client = new RawClient(port())) {
            client.send(method, path, headers, body);
            return client.reply(method.equals("HEAD"));
        }
    }

    RawClient client() throws IOException {
        return new RawClient(port());
    }

    @Override
    public void close() {
        server.close();
        loaded.close();
        pool.close();
        digests.close();
    }
}
