package dev.llamero.gateway.chat;

/** Life of a turn: running first, then one of the four ends, which is never left again. */
public enum TurnState {
    RUNNING,
    /** The model said that it was done. */
    DONE,
    /** A person stopped it. */
    STOPPED,
    /** A layer failed; the turn says which. */
    FAILED,
    /** The gateway ended while the turn ran. */
    INTERRUPTED
}
