package dev.llamero.inference.engine;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Samples a step's slots, several at once where that is worth waking a thread: their logits are independent, and a GPU
 * waits meanwhile.
 *
 * <p>The engine's thread samples too; helpers are a few daemon threads that park in between. Which thread samples a
 * slot changes nothing about what it gets. Owned, used and closed by the engine's thread.
 */
final class SamplingTeam implements AutoCloseable {
    /** Fewer logits than this are sampled before a helper has woken. */
    private static final long SHARED_LOGITS_MIN = 1 << 17;

    private static final int HELPERS_MAX = 3;
    private static final int NONE_LEFT = Integer.MAX_VALUE;

    private final TokenStep own;
    private final Thread[] helpers;
    private final int vocabulary;
    private volatile Thread owner;
    private volatile boolean closed;

    // A ticket is the round and the next slot to take; between rounds it names none. It is taken by compare-and-set, so
    // a helper that wakes late takes nothing: either the ticket it read has changed, or it names no slot.
    private final AtomicLong ticket = new AtomicLong(NONE_LEFT);
    private final AtomicInteger left = new AtomicInteger();
    private volatile List<Slot> slots = List.of();
    private int round;

    SamplingTeam(String name, Decoder decoder, Tokenizer tokenizer, int contextTokens, int helperCount) {
        own = new TokenStep(decoder, tokenizer, contextTokens);
        vocabulary = decoder.vocabularySize();
        helpers = new Thread[helperCount];
        for (int i = 0; i < helperCount; i++) {
            TokenStep step = new TokenStep(decoder, tokenizer, contextTokens);
            helpers[i] = Thread.ofPlatform()
                    .name("sampling-" + name + "-", i)
                    .daemon()
                    .unstarted(() -> help(step));
        }
        for (Thread helper : helpers) {
            helper.start();
        }
    }

    /** Helpers that suit this machine: none where only one generation runs at once. */
    static int helpers(int parallel) {
        int spare = Runtime.getRuntime().availableProcessors() / 2;
        return Math.max(0, Math.min(Math.min(spare, HELPERS_MAX), parallel - 1));
    }

    /** Samples all of these; the list does not change meanwhile. */
    void sample(List<Slot> work) {
        int count = work.size();
        if (count < 2 || helpers.length == 0 || (long) count * vocabulary < SHARED_LOGITS_MIN) {
            for (int i = 0; i < count; i++) {
                own.sample(work.get(i));
            }
            return;
        }
        owner = Thread.currentThread();
        slots = work;
        left.set(count);
        ticket.set((long) ++round << Integer.SIZE);
        for (int i = 0; i < Math.min(helpers.length, count - 1); i++) {
            LockSupport.unpark(helpers[i]);
        }
        takeTickets(own);
        while (left.get() > 0) {
            LockSupport.park(this);
        }
        ticket.set(((long) round << Integer.SIZE) | NONE_LEFT);
        slots = List.of();
    }

    /** Samples slots of the present round until none is left to take. */
    private void takeTickets(TokenStep step) {
        while (true) {
            long taken = ticket.get();
            List<Slot> work = slots;
            int index = (int) taken;
            if (index >= work.size()) {
                return;
            }
            if (ticket.compareAndSet(taken, taken + 1)) {
                step.sample(work.get(index));
                if (left.decrementAndGet() == 0) {
                    LockSupport.unpark(owner);
                }
            }
        }
    }

    private void help(TokenStep step) {
        while (!closed) {
            takeTickets(step);
            LockSupport.park(this);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
