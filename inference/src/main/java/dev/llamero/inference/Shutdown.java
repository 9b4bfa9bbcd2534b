package dev.llamero.inference;

import java.util.ArrayList;
import java.util.List;

/**
 * The end of the server, in order: the listener first, so that no work comes in, then the models, then the helpers.
 *
 * <p>Runs once, on the JVM's shutdown hook or on a failed start; a part that fails does not keep the others open.
 */
final class Shutdown implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Shutdown.class.getName());

    private final List<Part> parts = new ArrayList<>();
    private boolean closed;

    private record Part(String name, AutoCloseable part) {}

    /** Adds a part that is closed after those added before. */
    synchronized <T extends AutoCloseable> T then(String name, T part) {
        parts.add(new Part(name, part));
        return part;
    }

    /** Adds a part that is closed before all others. */
    synchronized <T extends AutoCloseable> T first(String name, T part) {
        parts.addFirst(new Part(name, part));
        return part;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Part part : parts) {
            long start = System.nanoTime();
            try {
                part.part.close();
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "closed " + part.name + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
            } catch (Exception e) {
                LOG.log(System.Logger.Level.ERROR, "closing " + part.name + " failed", e);
            }
        }
    }
}
