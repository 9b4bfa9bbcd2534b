package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * Brings models from registries into a store, and the other way. One per store and process, since downloads are shared
 * among pulls; any thread. The owner closes it at the end.
 */
public final class Registry implements AutoCloseable {
    private final StoreFolder store;
    private final Settings settings;
    private final TransferLimits limits;
    private final FreeSpace space;
    private final HttpLink link;
    private final Tokens tokens;
    private final Downloads downloads;

    /**
     * What a registry's client is told.
     *
     * @param keyFile of the key that names this user, {@code ~/.ollama/id_ed25519}; made when it is first needed
     * @param environment for the variables that name proxies
     * @param agent who asks, as registries are told
     * @param prune whether layers that a new version of a model no longer needs are removed
     */
    public record Settings(Path keyFile, Map<String, String> environment, String agent, boolean prune) {}

    /** Makes a model of one GGUF file that has arrived, and tells the rest of the steps. */
    @FunctionalInterface
    public interface FileModels {
        /**
         * Makes it.
         *
         * @param file its name, with {@code .gguf}
         * @param weights its blob, which is in the store
         */
        void make(ModelName name, String file, Digest weights) throws IOException;
    }

    /** How much a disk has left. */
    @FunctionalInterface
    interface FreeSpace {
        long bytes(Path existing) throws IOException;
    }

    /** A client for a store. */
    public Registry(StoreFolder store, Settings settings) {
        this(
                store,
                settings,
                TransferLimits.DEFAULTS,
                folder -> Files.getFileStore(folder).getUsableSpace());
    }

    Registry(StoreFolder store, Settings settings, TransferLimits limits, FreeSpace space) {
        this.store = store;
        this.settings = settings;
        this.limits = limits;
        this.space = space;
        this.link = new HttpLink(new EnvironmentProxies(settings.environment()), settings.agent(), limits.reply());
        this.tokens = new Tokens(link, settings.keyFile(), Clock.systemUTC());
        this.downloads = new Downloads(store, limits);
    }

    /**
     * Brings a model into the store; no effect on a model of this name until all of it is there.
     *
     * @param insecure whether the registry is spoken to without encryption
     * @param files makes the model if the source is the address of a file
     * @throws RegistryException if it cannot be had, or the listener has gone
     */
    public void pull(ModelSource source, boolean insecure, FileModels files, TransferListener listener)
            throws IOException {
        new Pull(this, source, session(source, insecure), files, listener).run();
    }

    /**
     * Sends a model of the store to the registry that its name says.
     *
     * @param insecure whether the registry is spoken to without encryption
     * @throws RegistryException if the registry does not take it, or the listener has gone
     */
    public void push(ModelSource source, boolean insecure, TransferListener listener) throws IOException {
        new Push(this, source, session(source, insecure), listener).run();
    }

    private RegistrySession session(ModelSource source, boolean insecure) {
        URI base = source.file().orElseGet(() -> base(source, insecure));
        return new RegistrySession(link, base, source.credentials(), tokens);
    }

    static URI base(ModelSource source, boolean insecure) {
        return URI.create((insecure ? "http://" : "https://") + source.name().host());
    }

    StoreFolder store() {
        return store;
    }

    Settings settings() {
        return settings;
    }

    TransferLimits limits() {
        return limits;
    }

    FreeSpace space() {
        return space;
    }

    Downloads downloads() {
        return downloads;
    }

    /** Ends running downloads, whose partial files stay. */
    @Override
    public void close() {
        downloads.cancelAll();
    }
}
