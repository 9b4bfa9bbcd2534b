package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Progress;
import java.util.function.BooleanSupplier;

/** Who waits for a transfer. Both methods are called on the thread that pulls or pushes. */
public interface TransferListener {
    /** Hears how far it is; an exception ends the transfer. */
    void tell(TransferEvent event);

    /** Whether nobody waits any longer; asked several times a second. */
    boolean isGone();

    /** Tells the events as lines of the API. */
    static TransferListener of(Progress progress, BooleanSupplier gone) {
        return new TransferListener() {
            @Override
            public void tell(TransferEvent event) {
                String digest = event.digest().map(Digest::toString).orElse("");
                progress.report(new Progress.Line(event.status(), digest, event.total(), event.completed()));
            }

            @Override
            public boolean isGone() {
                return gone.getAsBoolean();
            }
        };
    }
}
