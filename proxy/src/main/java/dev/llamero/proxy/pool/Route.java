package dev.llamero.proxy.pool;

import java.util.List;

/**
 * The servers that serve one model. Immutable.
 *
 * @param model as the settings or the lists call it, after aliases
 */
record Route(String model, List<Target> targets) {
    Route {
        targets = List.copyOf(targets);
    }

    /** One server, and its own name for the model. */
    record Target(Upstream upstream, String model) {}
}
