package dev.llamero.proxy;

import dev.llamero.proxy.http.CallerChecks;
import dev.llamero.proxy.http.Live;
import dev.llamero.proxy.pool.UpstreamPool;
import dev.llamero.settings.SettingsException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The settings of the moment at work, and their swap. Whoever runs keeps what it began with, so a swap drops nothing;
 * settings that are refused change nothing. Any number of threads read, one at a time swaps.
 */
final class LiveProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LiveProxy.class.getName());

    private final SettingsSource source;
    private final ProxySettings started;
    private final ReentrantLock swapping = new ReentrantLock();
    private LiveSettings settings;
    private volatile Live live;

    LiveProxy(SettingsSource source, ProxySettings started) {
        this.source = source;
        this.started = started;
        this.settings = started.live();
        this.live = new Live(new CallerChecks(settings.apiKey()), new UpstreamPool(settings.pool()));
    }

    Live get() {
        return live;
    }

    /**
     * Reads the settings again and swaps them in whole.
     *
     * @return names of settings that differ from the running ones but count from the next start only
     * @throws SettingsException if they are not good; then the old ones stay
     */
    List<String> reload() {
        swapping.lock();
        try {
            ProxySettings next = source.read();
            next.live().check(started);
            List<String> needRestart = started.changedUntilNextStart(next);
            UpstreamPool old = live.pool();
            UpstreamPool pool = old.with(next.live().pool());
            live = new Live(new CallerChecks(next.live().apiKey()), pool);
            settings = next.live();
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

    @Override
    public void close() {
        live.pool().close();
    }
}
