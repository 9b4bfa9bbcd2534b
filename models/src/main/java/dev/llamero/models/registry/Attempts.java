package dev.llamero.models.registry;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/** Counts the failed attempts of one thing, and waits between them. Used by one thread. */
final class Attempts {
    private static final System.Logger LOG = System.getLogger(Attempts.class.getName());
    private static final long SLICE_MILLIS = 50;

    private final TransferLimits limits;
    private final BooleanSupplier cancelled;
    private int failed;

    Attempts(TransferLimits limits, BooleanSupplier cancelled) {
        this.limits = limits;
        this.cancelled = cancelled;
    }

    /**
     * Waits after a failed attempt until the next.
     *
     * @param progressed whether the attempt brought something, so that it starts the count anew
     * @throws IOException the failure, if another attempt cannot mend it or there were too many
     */
    void failed(IOException failure, boolean progressed) throws IOException {
        if (cancelled.getAsBoolean()) {
            throw new RegistryException.Cancelled();
        }
        if (!isPassing(failure)) {
            throw failure;
        }
        failed = progressed ? 1 : failed + 1;
        if (failed >= limits.tries()) {
            throw new RegistryException("max retries exceeded: " + failure.getMessage(), failure);
        }
        long asked = failure instanceof RegistryException.Refused refused ? refused.retryAfterMillis() : 0;
        long wait = limits.backoffMillis(failed, asked);
        LOG.log(
                System.Logger.Level.INFO,
                "attempt " + failed + " failed, the next is in " + wait + " ms: " + failure.getMessage());
        // Many clients that fail at the same time must not come back at the same time.
        pause(wait + ThreadLocalRandom.current().nextLong(wait / 4 + 1));
    }

    private static boolean isPassing(IOException failure) {
        return switch (failure) {
            case RegistryException.Refused refused -> refused.isPassing();
            case RegistryException.Absent _, RegistryException.Hostile _, RegistryException.Cancelled _ -> false;
            default -> !NetworkFailures.isDiskFull(failure);
        };
    }

    private void pause(long millis) throws IOException {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (System.nanoTime() < end) {
                if (cancelled.getAsBoolean()) {
                    throw new RegistryException.Cancelled();
                }
                Thread.sleep(Math.min(SLICE_MILLIS, millis));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }
}
