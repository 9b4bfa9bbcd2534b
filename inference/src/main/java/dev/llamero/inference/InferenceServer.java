package dev.llamero.inference;

import dev.llamero.inference.http.ApiHandlers;
import dev.llamero.inference.http.ApiServer;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.FileDigests;
import dev.llamero.inference.model.GgufFolder;
import dev.llamero.inference.model.LlamaRewriter;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.model.OllamaStore;
import dev.llamero.inference.model.StoreAccess;
import dev.llamero.inference.prompt.ChatTemplates;
import dev.llamero.inference.prompt.JinjaTemplates;
import dev.llamero.inference.prompt.TokenizingPool;
import dev.llamero.models.registry.Registry;
import dev.llamero.models.store.Prune;
import dev.llamero.models.store.StoreFolder;
import dev.llamero.settings.LogSetup;
import dev.llamero.settings.ServerHelp;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The model server: wires settings, store, engines and listener, and ends them in order.
 *
 * <p>Listens before anything native is loaded; the library comes with the first model. {@code main} returns once the
 * server listens, whose threads keep the process alive.
 */
public final class InferenceServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(InferenceServer.class.getName());

    private final ApiServer api;
    private final String host;
    private final Shutdown shutdown;

    private InferenceServer(ApiServer api, String host, Shutdown shutdown) {
        this.api = api;
        this.host = host;
        this.shutdown = shutdown;
    }

    /** Starts the server; exits with 1 if it cannot, after one sentence that says why. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        List<String> given = Arrays.asList(arguments);
        if (ServerHelp.isAsked(given)) {
            help().print();
            return;
        }
        try {
            Path home = Path.of(System.getProperty("user.home"));
            LogSetup.configure("info");
            Settings settings = Settings.read(
                    given, System.getenv(), SettingsReader.file(System.getenv()), home.resolve(".ollama/config.json"));
            LogSetup.configure(settings.logLevel());
            OllamaVariables.tell(System.getenv());
            long read = System.nanoTime();
            InferenceServer server = start(settings, settings.engines());
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
            LOG.log(
                    System.Logger.Level.INFO,
                    "ready at " + server.address() + " (settings " + (read - start) / 1_000_000 + " ms, listener "
                            + (System.nanoTime() - read) / 1_000_000 + " ms)");
        } catch (SettingsException e) {
            fail(e.getMessage());
        } catch (BindException e) {
            fail(e.getMessage() + ": the address is taken or not this machine's;"
                    + " stop what listens there (Ollama?), or choose another with --host or OLLAMA_HOST");
        }
    }

    /** What {@code --help} prints. */
    static ServerHelp help() {
        return new ServerHelp(
                "serve",
                "Start the model server: Ollama's API, OpenAI's and Anthropic's. Another name of the command is start.",
                SettingKeys.ALL,
                OllamaVariables.help());
    }

    private static void fail(String sentence) {
        LOG.log(System.Logger.Level.ERROR, sentence);
        System.exit(1);
    }

    /**
     * Starts with these parts.
     *
     * @throws BindException if the address is taken
     */
    static InferenceServer start(Settings settings, EngineFactory engines) throws BindException {
        var shutdown = new Shutdown();
        try {
            var loaded = shutdown.then("models", new LoadedModels(engines, settings.residents()));
            var pool = shutdown.then("tokenizing", new TokenizingPool());
            var digests = shutdown.then("digests", new FileDigests());
            var folder = new GgufFolder(settings.modelPaths(), digests);
            Optional<StoreFolder> store = settings.ollamaStore().map(StoreFolder::new);
            if (!settings.noprune()) {
                store.ifPresent(InferenceServer::prune);
            }
            var models = ModelStore.of(folder, store.map(root -> new OllamaStore(root, settings.goTemplates())));
            var handlers = new ApiHandlers(
                    models,
                    store.map(root -> StoreAccess.of(
                            root,
                            folder,
                            new LlamaRewriter(settings.natives()),
                            shutdown.then("downloads", registry(root, !settings.noprune())),
                            !settings.noprune())),
                    loaded,
                    settings.loading(),
                    new ChatTemplates(JinjaTemplates::parse),
                    pool,
                    settings.disk());
            var api = shutdown.first("listener", ApiServer.start(settings.listener(), handlers));
            if (settings.preload()) {
                // In the background: the server answers meanwhile, and a question that comes now waits for this load.
                Thread.ofVirtual().name("preload").start(() -> FirstModel.load(models, loaded, settings.loading()));
            }
            return new InferenceServer(api, settings.listener().host(), shutdown);
        } catch (BindException | RuntimeException e) {
            shutdown.close();
            throw e;
        }
    }

    private static Registry registry(StoreFolder store, boolean prunes) {
        Path key = Path.of(System.getProperty("user.home")).resolve(".ollama/id_ed25519");
        return new Registry(store, new Registry.Settings(key, System.getenv(), ApiServer.agent(), prunes));
    }

    /** In the background: a large store must not delay the start, and nothing younger than an hour is touched. */
    private static void prune(StoreFolder store) {
        Thread.ofVirtual().name("prune").start(() -> {
            try {
                int count = Prune.run(store, Instant.now());
                LOG.log(System.Logger.Level.DEBUG, "removed " + count + " unused files of the store");
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "cannot remove unused files of the store: " + e);
            }
        });
    }

    int port() {
        return api.port();
    }

    String address() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + shown + ":" + api.port();
    }

    /** Ends everything in order; again: no effect. */
    @Override
    public void close() {
        shutdown.close();
    }
}
