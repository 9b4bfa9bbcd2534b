package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.Server;
import dev.llamero.benchmarks.servers.ServerFile;
import dev.llamero.benchmarks.servers.ServerSpec;
import dev.llamero.benchmarks.servers.Setup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers that run now. Keeps them while the set-up stays the same; ends them when it changes, and when closed.
 * Owned by one thread; {@link #close} may come from another.
 */
final class Fleet implements AutoCloseable {
    private final ServerFile file;
    private final Path data;
    private final Path logs;
    private final List<Server> running = new ArrayList<>();
    private List<ServerSpec> specs = List.of();
    private Setup setup;
    private boolean closed;

    /**
     * Nothing runs yet.
     *
     * @param data where servers store things; each set-up has its own folder
     * @param logs where their output goes
     */
    Fleet(ServerFile file, Path data, Path logs) {
        this.file = file;
        this.data = data;
        this.logs = logs;
    }

    /** These servers in this set-up, all ready, in the same order. */
    List<Server> of(List<ServerSpec> wanted, Setup wantedSetup) throws IOException, InterruptedException {
        if (wanted.equals(specs) && wantedSetup.equals(setup) && !wantedSetup.fresh()) {
            return List.copyOf(running);
        }
        stop();
        specs = wanted;
        setup = wantedSetup;
        for (ServerSpec spec : wanted) {
            String folder = wantedSetup.model() + "-" + wantedSetup.slots() + (wantedSetup.limited() ? "-limited" : "");
            Server server = Server.open(
                    spec,
                    wantedSetup,
                    file.models().get(wantedSetup.model()),
                    data.resolve(spec.name()).resolve(folder),
                    logs.resolve(spec.name() + ".log"));
            add(server);
        }
        return List.copyOf(running);
    }

    private synchronized void add(Server server) throws IOException {
        running.add(server);
        if (closed) {
            stop();
            throw new IOException("stopped");
        }
    }

    /** Whether a server can take part in a workload; null if so, or the reason why not. */
    static String obstacle(ServerSpec spec, Workload workload, ServerFile file) {
        if (workload.restarts() && !spec.startable()) {
            return "cannot be restarted: it was given by its address, not by a command";
        }
        if (workload.setup().limited() && spec.limited().isEmpty()) {
            return "has no \"limited\" in the file of servers";
        }
        if (workload.setup().model() == Setup.ModelRole.TINY
                && (!spec.startable() || !file.models().containsKey(Setup.ModelRole.TINY))) {
            return "has no tiny model: it needs a command, and the file of servers models: tiny";
        }
        return null;
    }

    private synchronized void stop() {
        running.forEach(Server::close);
        running.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
