package dev.llamero.inference.engine;

import dev.llamero.inference.disk.BlockFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The body of a {@link BatchingEngine}'s one thread, which owns decoder, cache and slots: take what was handed in, drop
 * what was cancelled, admit, run a step, sample, hand out; park when there is nothing to do.
 *
 * <p>Other threads reach it only through the methods of the first part, by a queue and flags.
 */
final class EngineLoop implements Runnable {
    /** After so many failed steps in a row the decoder is taken for broken and the engine closes. */
    private static final int FAILURES_MAX = 3;

    /** A shifted context keeps at least so many tokens free behind its kept front. */
    private static final int SHIFT_ROOM_MIN = 4;

    private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

    private final Decoder decoder;
    private final StepAborter aborter;
    private final AutoCloseable model;
    private final SequenceCache cache;
    private final IdleSaver idle;
    private final Scheduler scheduler;
    private final SamplingTeam sampling;
    private final QueueWatch queue;
    private final int contextTokens;
    private final LongSupplier nanoClock;
    private final Batch batch;
    private final List<Slot> stepSlots = new ArrayList<>();
    private final EngineFigures figures = new EngineFigures();
    private int failures;
    private boolean sound = true;

    private final CacheQuestions questions = new CacheQuestions();
    private final Queue<Slot> handedIn = new ConcurrentLinkedQueue<>();
    private final AtomicInteger admitted;
    private final AtomicBoolean cancels = new AtomicBoolean();
    private volatile int runningCount;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile Thread thread;

    /** The generation that has the whole running step for itself; null if several share it or none runs. */
    private volatile Mailbox alone;

    /**
     * A loop over a decoder that it owns from now on.
     *
     * @param kept files of conversations from earlier; null for none. Owned from now on
     * @param model closed on the engine's thread after the decoder
     * @param admitted counts what was handed in and is not over
     */
    EngineLoop(
            Decoder decoder,
            SamplingTeam sampling,
            EngineLimits limits,
            Stepping stepping,
            ParkingRule rule,
            BlockFolder kept,
            AutoCloseable model,
            AtomicInteger admitted,
            LongSupplier nanoClock) {
        this.decoder = decoder;
        this.aborter = new StepAborter(decoder);
        this.model = model;
        this.admitted = admitted;
        BlockWorth worth = new BlockWorth();
        Parking parking = Parking.open(decoder, rule, kept, worth, figures, this::wake);
        this.cache = new SequenceCache(decoder, parking, limits.deviceBytesMax(), worth, figures);
        this.idle = new IdleSaver(cache, stepping.settings().savesAfter(), nanoClock);
        this.scheduler = new Scheduler(decoder, limits, stepping, cache);
        this.sampling = sampling;
        this.queue = new QueueWatch(limits.parallel());
        this.contextTokens = limits.contextTokensPerConversation();
        this.nanoClock = nanoClock;
        this.batch = new Batch(decoder.batchTokensMax());
    }

    // From any thread.

    /** Asks the cache something between two steps, and waits for that. */
    <T> T ask(Function<SequenceCache, T> question, T otherwise) {
        return ended ? otherwise : questions.ask(question, otherwise, this::wake);
    }

    private void wake() {
        LockSupport.unpark(thread);
    }

    EngineFigures figures() {
        return figures;
    }

    /** Hands a slot in. False if the loop has ended and will not take it. */
    boolean handIn(Slot slot) {
        handedIn.add(slot);
        // The loop empties the queue after it set the flag: either it or this thread removes the slot.
        if (ended && handedIn.remove(slot)) {
            return false;
        }
        LockSupport.unpark(thread);
        return true;
    }

    /** Tells that a generation was cancelled. A step that works for it alone is broken off. */
    void wakeForCancel(Mailbox cancelled) {
        cancels.set(true);
        if (alone == cancelled) {
            aborter.abort();
        }
        LockSupport.unpark(thread);
    }

    /** Asks the loop to end, and breaks off its step. */
    void requestClose() {
        closing = true;
        aborter.abort();
        LockSupport.unpark(thread);
    }

    boolean closing() {
        return closing || ended;
    }

    /** Who waits, in order, as of the last turn. */
    List<Engine.Waiting> waiting() {
        return queue.waiting();
    }

    int runningCount() {
        return runningCount;
    }

    // From here on the engine's thread only.

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            while (!closing) {
                turn();
            }
            endAll(() -> new EngineException.Closed("the engine is closed"));
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The engine's thread ends after a failure", e);
            sound = false;
            endAll(() -> failed(e));
        } finally {
            closeModel();
        }
    }

    private void closeModel() {
        try {
            cache.close(sound);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The cached conversations were not kept", e);
        }
        aborter.close();
        sampling.close();
        decoder.close();
        try {
            model.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "The model was not freed", e);
        }
    }

    private void turn() {
        takeHandedIn();
        dropCancelled();
        cache.settle();
        questions.answer(cache);
        scheduler.admit();
        runningCount = scheduler.running().size();
        queue.show(scheduler.waiting());
        if (runningCount == 0) {
            idle.rest();
            return;
        }
        idle.stepped();
        try {
            step();
            failures = 0;
        } catch (RuntimeException | Error e) {
            recover(e);
        }
    }

    private void takeHandedIn() {
        for (Slot slot = handedIn.poll(); slot != null; slot = handedIn.poll()) {
            scheduler.waiting().add(slot);
        }
    }

    private void dropCancelled() {
        if (!cancels.getAndSet(false)) {
            return;
        }
        for (Slot slot : scheduler.waiting().inOrder()) {
            if (slot.mailbox.cancelled()) {
                scheduler.waiting().remove(slot);
                finish(slot, FinishReason.CANCELLED);
            }
        }
        for (Slot slot : scheduler.running().slots()) {
            if (slot.mailbox.cancelled()) {
                finish(slot, FinishReason.CANCELLED);
            }
        }
    }

    private void step() {
        scheduler.plan(batch);
        if (batch.size() == 0) {
            throw new IllegalStateException("nothing to evaluate for " + runningCount + " running generations");
        }
        long start = nanoClock.getAsLong();
        Decoder.Outcome outcome = decode();
        while (outcome == Decoder.Outcome.NO_ROOM && scheduler.makeRoom()) {
            scheduler.plan(batch);
            outcome = decode();
        }
        switch (outcome) {
            case DONE -> afterStep(start);
            case ABORTED -> scheduler.running().forEach(this::dropUnrecorded);
            case NO_ROOM -> failForRoom();
        }
    }

    private Decoder.Outcome decode() {
        Slot[] running = scheduler.running().slots();
        Mailbox only = running.length == 1 ? running[0].mailbox : null;
        alone = only;
        try {
            boolean tooLate = only != null && only.cancelled();
            return tooLate ? Decoder.Outcome.ABORTED : decoder.decode(batch);
        } finally {
            alone = null;
        }
    }

    /** One slot alone, with nothing idle left, and still no room: its cells and the cache stay as they were. */
    private void failForRoom() {
        String message = "the KV cache has no room for " + batch.size() + " more tokens";
        scheduler.running().forEach(slot -> fail(slot, new EngineException.Failed(message, null)));
    }

    private void dropUnrecorded(Slot slot) {
        if (slot.stepRows > 0) {
            cache.dropUnrecorded(slot.sequence);
            slot.phase = slot.pending() > 1 ? Slot.Phase.PREFILL : slot.phase;
        }
    }

    private void afterStep(long start) {
        stepSlots.clear();
        for (Slot slot : scheduler.running().slots()) {
            for (int i = slot.certainRows(); i > 0; i--) {
                cache.append(slot.sequence, slot.tokens.get(slot.sequence.size()));
            }
            if (slot.stepLogitsRow >= 0) {
                stepSlots.add(slot);
            }
        }
        cache.stepTook(nanoClock.getAsLong() - start);
        scheduler.stepDone();
        if (stepSlots.isEmpty()) {
            return;
        }
        sampling.sample(stepSlots);
        scheduler.stepTook(nanoClock.getAsLong() - start);
        boolean begins = false;
        for (int i = 0; i < stepSlots.size(); i++) {
            Slot slot = stepSlots.get(i);
            begins |= slot.phase == Slot.Phase.PREFILL;
            settle(slot);
        }
        if (begins) {
            // Where every core computes, the thread that sends the first piece would wait for a time slice to end.
            Thread.yield();
        }
    }

    /** After sampling: keeps the cells of guesses that held, drops the others, and goes on or ends. */
    private void settle(Slot slot) {
        for (int i = 0; i < slot.stepAccepted; i++) {
            cache.append(slot.sequence, slot.tokens.get(slot.sequence.size()));
        }
        figures.add(EngineFigure.TOKENS_DRAFTED, slot.draft.rows());
        figures.add(EngineFigure.TOKENS_ACCEPTED, slot.stepAccepted);
        if (slot.unclear) {
            cache.truncate(slot.sequence, slot.tokens.size() - 1);
        } else if (slot.stepAccepted < slot.draft.rows()) {
            cache.dropUnrecorded(slot.sequence);
        }
        slot.draft.none();
        slot.phase = Slot.Phase.DECODE;
        if (slot.failure != null) {
            LOG.log(System.Logger.Level.ERROR, "Request " + slot.request.requestId() + " fails", slot.failure);
            fail(slot, failed(slot.failure));
        } else if (slot.finish != null) {
            finish(slot, slot.finish);
        } else if (slot.full && !shift(slot)) {
            finish(slot, FinishReason.LENGTH);
        } else {
            slot.mailbox.flush();
        }
    }

    /** Drops half of what lies behind the kept front. False if this request or this model may not. */
    private boolean shift(Slot slot) {
        if (!slot.request.shift() || !decoder.canShift()) {
            return false;
        }
        int evaluated = slot.sequence.size();
        int keep = Math.min(slot.request.keepTokens(), contextTokens - SHIFT_ROOM_MIN);
        int discard = (evaluated - keep) / 2;
        if (discard < 1) {
            return false;
        }
        cache.shift(slot.sequence, keep, discard);
        slot.tokens.removeRange(keep, keep + discard);
        slot.shifted = true;
        slot.draft.shifted();
        if (slot.pending() > 1) {
            slot.phase = Slot.Phase.PREFILL;
        }
        return true;
    }

    private void finish(Slot slot, FinishReason reason) {
        if (reason != FinishReason.CANCELLED) {
            slot.answer.end();
        }
        end(slot, new TokenEvent.Finish(reason, slot.statistics(), slot.answerTokens()));
    }

    private void fail(Slot slot, EngineException cause) {
        end(slot, new TokenEvent.Failure(cause));
    }

    private void end(Slot slot, TokenEvent event) {
        LOG.log(System.Logger.Level.DEBUG, () -> "Request " + slot.request.requestId() + ": " + event);
        scheduler.leave(slot);
        queue.left(slot.heldNanos());
        slot.phase = Slot.Phase.DONE;
        slot.closeConstraint();
        admitted.decrementAndGet();
        runningCount = scheduler.running().size();
        slot.mailbox.end(event);
    }

    private static EngineException failed(Throwable cause) {
        return cause instanceof EngineException.Failed known
                ? known
                : new EngineException.Failed("the engine failed: " + cause, cause);
    }

    /** Fails what runs and empties the cache, whose state is unknown; what waits goes on with an empty one. */
    private void recover(Throwable cause) {
        failures++;
        LOG.log(System.Logger.Level.ERROR, "A step failed (" + failures + " in a row)", cause);
        scheduler.running().forEach(slot -> fail(slot, failed(cause)));
        if (failures >= FAILURES_MAX) {
            throw failed(cause);
        }
        cache.clearAll();
    }

    private void endAll(Supplier<EngineException> cause) {
        ended = true;
        takeHandedIn();
        scheduler.running().forEach(slot -> fail(slot, cause.get()));
        for (Slot slot : scheduler.waiting().inOrder()) {
            scheduler.waiting().remove(slot);
            fail(slot, cause.get());
        }
    }
}
