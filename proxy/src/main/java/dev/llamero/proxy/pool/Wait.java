package dev.llamero.proxy.pool;

/** The wait of one request for a place, which another thread may end: the caller left. Ended once, it stays so. */
public final class Wait {
    private volatile boolean ended;
    private volatile Runnable wake = () -> {};

    /** Ends the wait, from any thread, before, while or after the request waits. */
    public void end() {
        ended = true;
        wake.run();
    }

    boolean ended() {
        return ended;
    }

    void attach(Runnable waker) {
        wake = waker;
    }
}
