package dev.llamero.proxy.pool;

import dev.llamero.proxy.upstream.UpstreamDeadlines;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All that the settings say of the model servers.
 *
 * @param aliases names for callers, and the name that is looked for instead
 * @param deadlines of every call
 * @param healthInterval between two questions for a server's list, give or take a fifth
 * @param breakerFailures in a row after which a server is left alone
 * @param breakerPause first time that it is left alone; doubles with each failed probe
 * @param retries on another server, at most
 * @param queueMax requests that may wait for a free place
 * @param queueTimeout longest wait for one
 */
public record PoolSettings(
        List<UpstreamSpec> upstreams,
        Map<String, String> aliases,
        UpstreamDeadlines deadlines,
        Duration healthInterval,
        int breakerFailures,
        Duration breakerPause,
        int retries,
        int queueMax,
        Duration queueTimeout) {
    public PoolSettings {
        upstreams = List.copyOf(upstreams);
        aliases = Map.copyOf(aliases);
        if (upstreams.isEmpty()) {
            throw new IllegalArgumentException("no upstreams");
        }
    }
}
