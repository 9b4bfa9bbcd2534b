package dev.llamero.models.registry;

/** Who waits for a transfer. Both methods are called on the thread that pulls or pushes. */
public interface TransferListener {
    /** Hears how far it is; an exception ends the transfer. */
    void tell(TransferEvent event);

    /** Whether nobody waits any longer; asked several times a second. */
    boolean isGone();
}
