package dev.llamero.gateway.chat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When the newest turns came and ended, in nanoseconds of this process's clock, and what the page that asked measured
 * on its own: for {@code /debug}. The two clocks are never compared, only lengths of time. Any thread.
 */
public final class TurnTimes {
    private static final int TURNS_MAX = 256;

    private final Map<String, Times> turns = new LinkedHashMap<>();

    /**
     * One turn.
     *
     * @param heardNanos when the last byte of its question was here
     * @param endedNanos when it was stored and its end about to be told; 0 before
     * @param sentNanos when its end was handed to the socket of the page that measured; 0 if to none
     * @param seen by the page that asked; null if it has not told
     */
    public record Times(long heardNanos, long endedNanos, long sentNanos, Seen seen) {
        private static final Times NONE = new Times(0, 0, 0, null);
    }

    /**
     * What a page measured of its question, in milliseconds since the person sent it; -1 for what it did not see.
     *
     * @param sentMillis until it was handed to the socket
     * @param ackMillis until the gateway had taken it
     * @param firstMillis until the first piece of thinking or answer was here
     * @param firstPaintMillis until that was on the screen
     * @param lastMillis until the last piece was here
     * @param endedMillis until the end of the turn was here
     * @param paintedMillis until all was on the screen: the whole
     * @param busyMillis that the page had been at work without a pause when the end was here, so that it may have
     *     waited
     * @param offlineMillis without a connection
     * @param roundTripMillis of the smallest question on the same connection, asked after the end
     */
    public record Seen(
            double sentMillis,
            double ackMillis,
            double firstMillis,
            double firstPaintMillis,
            double lastMillis,
            double endedMillis,
            double paintedMillis,
            double busyMillis,
            double offlineMillis,
            double roundTripMillis) {}

    synchronized void begun(String turnId) {
        turns.put(turnId, Times.NONE);
        if (turns.size() > TURNS_MAX) {
            turns.remove(turns.keySet().iterator().next());
        }
    }

    /** When the question of a turn that has begun came; the same one sent again changes nothing. */
    public synchronized void heard(String turnId, long nanos) {
        turns.computeIfPresent(
                turnId,
                (_, old) ->
                        old.heardNanos() == 0 ? new Times(nanos, old.endedNanos(), old.sentNanos(), old.seen()) : old);
    }

    synchronized void ended(String turnId, long nanos) {
        turns.computeIfPresent(turnId, (_, old) -> new Times(old.heardNanos(), nanos, old.sentNanos(), old.seen()));
    }

    /**
     * What a page measured; the first that tells of a turn counts, and of one that is not here nothing is kept.
     *
     * @param sentNanos when the end of the turn was handed to the socket of that page; 0 if it had it otherwise
     */
    synchronized void seen(String turnId, Seen seen, long sentNanos) {
        turns.computeIfPresent(
                turnId,
                (_, old) -> old.seen() == null ? new Times(old.heardNanos(), old.endedNanos(), sentNanos, seen) : old);
    }

    /** Empty for a turn that is too long ago, or began in a former gateway. */
    public synchronized Optional<Times> of(String turnId) {
        return Optional.ofNullable(turns.get(turnId));
    }
}
