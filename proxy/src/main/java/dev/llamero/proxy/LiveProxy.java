package dev.llamero.proxy;

import dev.llamero.proxy.callers.Accounts;
import dev.llamero.proxy.callers.Callers;
import dev.llamero.proxy.http.CallerChecks;
import dev.llamero.proxy.http.Live;
import dev.llamero.proxy.pool.UpstreamPool;
import dev.llamero.settings.SettingsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The settings of the moment at work, and their swap. Whoever runs keeps what it began with, so a swap drops nothing;
 * settings that are refused change nothing. Any number of threads read, one at a time swaps.
 */
final class LiveProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LiveProxy.class.getName());

    /** Name of the chat page's key. */
    private static final String GATEWAY = "chat-page";

    private final SettingsSource source;
    private final ProxySettings started;
    private final ReentrantLock swapping = new ReentrantLock();
    private final Accounts accounts;
    private FileWatch keysWatch;
    private LiveSettings settings;
    private volatile Live live;

    LiveProxy(SettingsSource source, ProxySettings started) {
        this.source = source;
        this.started = started;
        this.settings = withGatewayKey(started.live());
        Path keys = settings.keyFile().path();
        this.accounts = new Accounts(Optional.of(settings.keyFile().usagePath()));
        this.live = new Live(checks(settings), new UpstreamPool(settings.pool()));
        this.keysWatch = new FileWatch(keys, this::reloadKeys);
    }

    private CallerChecks checks(LiveSettings now) {
        return new CallerChecks(new Callers(now.apiKey(), now.keys(), accounts));
    }

    /** What all keys have used. */
    Accounts accounts() {
        return accounts;
    }

    Live get() {
        return live;
    }

    /**
     * Reads the settings again and swaps them in whole.
     *
     * @param andThat what else is read anew, after all checks and before the swap; if it throws, nothing changes
     * @return names of settings that differ from the running ones but count from the next start only
     * @throws SettingsException if they are not good; then the old ones stay
     */
    List<String> reload(Runnable andThat) {
        swapping.lock();
        try {
            ProxySettings read = source.read();
            read.live().check(started);
            checkKeysAreThere(read.live());
            LiveSettings next = withGatewayKey(read.live());
            List<String> needRestart = started.changedUntilNextStart(read);
            andThat.run();
            UpstreamPool old = live.pool();
            UpstreamPool pool = old.with(next.pool());
            live = new Live(checks(next), pool);
            watchKeys(next);
            settings = next;
            old.replacedBy(pool);
            LOG.log(
                    System.Logger.Level.INFO,
                    "settings reloaded: " + settings
                            + (needRestart.isEmpty()
                                    ? ""
                                    : "; until the next start the old " + String.join(", ", needRestart) + " stay"));
            return needRestart;
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.ERROR, "settings not reloaded, the old ones stay: " + e.getMessage());
            throw e;
        } finally {
            swapping.unlock();
        }
    }

    /** The keys file has changed: its keys count, whatever the state of the other settings. */
    private void reloadKeys() {
        swapping.lock();
        try {
            LiveSettings read = settings.withKeysOfNow();
            read.check(started);
            checkKeysAreThere(read);
            LiveSettings next = withGatewayKey(read);
            live = new Live(checks(next), live.pool());
            settings = next;
            LOG.log(System.Logger.Level.INFO, "keys reloaded: {0}", settings);
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.ERROR, "keys not reloaded, the old ones stay: " + e.getMessage());
        } finally {
            swapping.unlock();
        }
    }

    private void watchKeys(LiveSettings next) {
        Path file = next.keyFile().path();
        if (!file.equals(settings.keyFile().path())) {
            keysWatch.close();
            keysWatch = new FileWatch(file, this::reloadKeys);
        }
    }

    /** Callers need a key, so the chat page gets one; without, it still says why it is refused. */
    private static LiveSettings withGatewayKey(LiveSettings read) {
        if (read.keys().isEmpty() || read.gatewayKeyFile().isEmpty()) {
            return read;
        }
        try {
            boolean made = read.keyFile().keep(GATEWAY, read.gatewayKeyFile().get(), Instant.now());
            return made ? read.withKeysOfNow() : read;
        } catch (SettingsException e) {
            LOG.log(System.Logger.Level.WARNING, "the chat page gets no key: " + e.getMessage());
            return read;
        }
    }

    /** A file that vanished must not open the door. */
    private void checkKeysAreThere(LiveSettings next) {
        if (settings.keys().isPresent() && next.keys().isEmpty()) {
            throw new SettingsException("keys file " + next.keyFile().path()
                    + " is not there any more; put it back, or start again to run without keys");
        }
    }

    @Override
    public void close() {
        keysWatch.close();
        accounts.close();
        live.pool().close();
    }
}
