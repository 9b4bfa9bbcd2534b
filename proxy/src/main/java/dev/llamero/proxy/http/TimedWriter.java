package dev.llamero.proxy.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes to one client connection, which ends if the client takes nothing for longer than it may: Helidon 4.5.0 waits
 * for ever. Every byte passes here, also those that no handler sends: errors before routing, answers to HTTP/2's pings.
 * One thread writes at a time, as Helidon sees to.
 */
final class TimedWriter implements DataWriter, ConnectionClock.Timed {
    private final DataWriter target;
    private final ReentrantLock lock = new ReentrantLock();
    private Thread writing;
    private long since;
    private boolean cut;

    TimedWriter(DataWriter target) {
        this.target = target;
    }

    @Override
    public void write(BufferData... buffers) {
        timed(() -> target.write(buffers));
    }

    @Override
    public void write(BufferData buffer) {
        timed(() -> target.write(buffer));
    }

    @Override
    public void writeNow(BufferData... buffers) {
        timed(() -> target.writeNow(buffers));
    }

    @Override
    public void writeNow(BufferData buffer) {
        timed(() -> target.writeNow(buffer));
    }

    @Override
    public void flush() {
        timed(target::flush);
    }

    @Override
    public void close() {
        target.close();
    }

    private void timed(Runnable write) {
        lock.lock();
        try {
            since = System.nanoTime();
            writing = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        try {
            write.run();
        } finally {
            lock.lock();
            try {
                writing = null;
                if (cut) {
                    // Ours, not a stop of the server. The connection is closed already, by the interrupt.
                    Thread.interrupted();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void cutIfOverdue(long now, ConnectionClock.Limits limits) {
        lock.lock();
        try {
            if (writing != null && !cut && now - since > limits.writeNanos()) {
                cut = true;
                writing.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
