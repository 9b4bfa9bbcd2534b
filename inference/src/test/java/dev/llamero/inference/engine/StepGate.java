package dev.llamero.inference.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Holds a {@link FakeDecoder} before each step until the test lets it go, so that a test decides who is there. */
final class StepGate implements Function<Batch, Decoder.Outcome> {
    private final Semaphore permits = new Semaphore(0);
    private final Semaphore arrivals = new Semaphore(0);
    private volatile boolean open;

    @Override
    public Decoder.Outcome apply(Batch batch) {
        arrivals.release();
        try {
            if (!open && !permits.tryAcquire(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the test never let this step go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted in a step", e);
        }
        return null;
    }

    /** Waits until a step stands at the gate. */
    void awaitArrival() throws InterruptedException {
        if (!arrivals.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError("no step came");
        }
    }

    /** Lets one step go. */
    void pass() {
        permits.release();
    }

    /** Lets all further steps go. */
    void open() {
        open = true;
        permits.release(1);
    }
}
