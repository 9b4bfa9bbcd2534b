package dev.llamero.inference.http;

import dev.llamero.inference.model.Caller;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Whether the client at the other end of a connection is still there.
 *
 * <p>One per connection. The connection's reading thread tells; any thread may ask or listen.
 */
final class ClientWatch implements Caller {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean gone;

    @Override
    public boolean isGone() {
        return gone;
    }

    @Override
    public Listening onGone(Runnable action) {
        listeners.add(action);
        if (gone) {
            action.run();
        }
        return () -> listeners.remove(action);
    }

    /** Called once the client closed its side, or the socket failed. Later calls have no effect. */
    void clientLeft() {
        if (!gone) {
            gone = true;
            listeners.forEach(Runnable::run);
        }
    }
}
