package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Decides who runs and what the next step carries. Engine's thread only.
 *
 * <p>Callers take turns ({@link WaitingLine}); who is next is admitted as soon as a place and the cells for the whole
 * prompt are there. A step carries one row of every decoding slot first, and guesses of what follows it where these pay
 * ({@link DraftPlan}). Then come prompts: up to one ubatch while nobody decodes, otherwise as many rows as keep the
 * step within the target time ({@link StepTimes}); a quarter goes to the oldest prompt, so that none starves, the rest
 * to the shortest remaining first. When cells run out, idle sequences go first, then the youngest running slot gives
 * its sequence up and queues again at the front.
 */
final class Scheduler {
    /** A slot waits for another one's prefill only if that saves at least so many tokens. */
    private static final int FOLLOW_TOKENS_MIN = 32;

    private static final int OLDEST_SHARE = 4;

    private static final Comparator<Slot> SHORTEST_FIRST =
            Comparator.comparingInt(Slot::pending).thenComparingLong(slot -> slot.age);
    private static final System.Logger LOG = System.getLogger(Scheduler.class.getName());

    private final Decoder decoder;
    private final EngineLimits limits;
    private final SequenceCache cache;
    private final StepSettings settings;
    private final ModelDraft models;
    private final StepTimes times;
    private final DraftPlan drafts;
    private final ToIntFunction<Slot> roomOf = this::draftRoom;
    private final List<Slot> answering = new ArrayList<>();
    private final WaitingLine waiting = new WaitingLine();
    private final Running running = new Running();
    private final List<Slot> prefilling = new ArrayList<>();
    private long admissions;
    private int answerRowsDone;
    private int promptRowsDone;
    private int depthDone;
    private int lastMixedRows = StepTimes.ROWS_BLOCK;

    Scheduler(Decoder decoder, EngineLimits limits, Stepping stepping, SequenceCache cache) {
        this.decoder = decoder;
        this.limits = limits;
        this.settings = stepping.settings();
        this.models = stepping.drafts();
        this.cache = cache;
        this.times = new StepTimes(settings.rowShare());
        this.drafts = new DraftPlan(times);
        cache.spare(this::isAwaited);
    }

    WaitingLine waiting() {
        return waiting;
    }

    Running running() {
        return running;
    }

    /** Moves waiting slots, in their order, to the running ones while there is room. */
    void admit() {
        while (running.size() < limits.parallel() && !waiting.isEmpty() && fits(waiting.peek())) {
            Slot slot = waiting.poll();
            slot.age = slot.age == 0 ? ++admissions : slot.age;
            slot.markAdmitted();
            chooseLeader(slot);
            running.add(slot);
            if (slot.phase != Slot.Phase.FOLLOWING) {
                begin(slot);
            }
        }
    }

    /** Whether the whole prompt has cells, once what is idle is evicted and what runs has evaluated its own. */
    private boolean fits(Slot slot) {
        if (slot.waitsForDisk(() -> cache.fetches(slot.tokens, slot.request.cacheSalt()))) {
            return false;
        }
        long wanted = slot.tokens.size() + 1L;
        long all = wanted;
        long pending = 0;
        for (Slot other : running.slots()) {
            all += other.tokens.size() + 1L;
            pending += 1L + other.pending() - (other.phase == Slot.Phase.FOLLOWING ? other.leaderTokens : 0);
        }
        if (running.size() == 0 || all <= decoder.contextTokens()) {
            return true;
        }
        int shared = cache.sharedWithRunning(slot.tokens, slot.request.cacheSalt());
        return wanted - shared + pending <= cache.cellsNotRunning();
    }

    /** If a running slot is about to evaluate the same prefix, this one waits for it instead of doing it twice. */
    private void chooseLeader(Slot slot) {
        int best = cache.reusable(slot.tokens, slot.request.cacheSalt()) + FOLLOW_TOKENS_MIN;
        for (Slot other : running.slots()) {
            boolean evaluates = other.phase == Slot.Phase.PREFILL || other.phase == Slot.Phase.FOLLOWING;
            if (!evaluates || !other.request.cacheSalt().equals(slot.request.cacheSalt())) {
                continue;
            }
            int common = Math.min(other.tokens.commonPrefix(slot.tokens), slot.tokens.size() - 1);
            if (common >= best) {
                best = common + 1;
                slot.phase = Slot.Phase.FOLLOWING;
                slot.leader = other;
                slot.leaderTokens = common;
            }
        }
    }

    private void begin(Slot slot) {
        slot.leader = null;
        slot.sequence = cache.acquire(
                slot.tokens,
                slot.request.cacheSalt(),
                slot.request.tokensMax() - slot.generatedTokens,
                running.decoding() > 0);
        slot.phase = Slot.Phase.PREFILL;
        if (slot.reusedTokens < 0) {
            slot.reusedTokens = slot.sequence.size();
        }
    }

    /** Whether one of the requests next in line goes on with most of an idle sequence. */
    private boolean isAwaited(CachedSequence sequence) {
        int looked = 0;
        for (Slot slot : waiting.inOrder()) {
            if (looked++ >= limits.parallel()) {
                return false;
            }
            boolean reuses = slot.request.cacheSalt().equals(sequence.salt)
                    && 2 * slot.tokens.commonPrefix(sequence.tokens) >= sequence.size();
            if (reuses) {
                return true;
            }
        }
        return false;
    }

    /** Counts a step that evaluated all rows of the batch. */
    void stepDone() {
        answerRowsDone = 0;
        promptRowsDone = 0;
        for (Slot slot : running.slots()) {
            promptRowsDone += slot.phase == Slot.Phase.PREFILL ? slot.stepRows : 0;
            answerRowsDone += slot.phase == Slot.Phase.DECODE ? slot.stepRows : 0;
        }
        depthDone = depth();
        cache.stepDone(answerRowsDone > 0, promptRowsDone);
    }

    /** Learns how long that step took, once its logits have been read: a GPU's step is not over before. */
    void stepTook(long nanos) {
        if (promptRowsDone == 0) {
            times.answered(answerRowsDone, nanos);
        } else {
            times.prompted(answerRowsDone + promptRowsDone, depthDone, nanos);
        }
    }

    private void beginFollowers() {
        for (Slot slot : running.slots()) {
            if (slot.phase == Slot.Phase.FOLLOWING && leaderIsDone(slot)) {
                begin(slot);
            }
        }
    }

    private static boolean leaderIsDone(Slot slot) {
        Slot leader = slot.leader;
        if (leader == null || leader.phase == Slot.Phase.DONE) {
            return true;
        }
        return leader.sequence != null && leader.sequence.size() >= slot.leaderTokens;
    }

    /** Fills the batch for the next step; empty if nothing runs. */
    void plan(Batch batch) {
        beginFollowers();
        cache.parkBetweenSteps(running.hasShortPrompt() ? -ParkingRule.PATIENCE : 0, running.decoding() > 0);
        do {
            batch.clear();
            addDecoding(batch);
            addPrefilling(batch);
        } while (batch.size() == 0 && !prefilling.isEmpty() && preemptYoungest());
    }

    private void addDecoding(Batch batch) {
        while (cache.freeCells() < running.decoding() && makeRoom()) {
            // Each turn empties an idle sequence or takes one from a running slot, so this ends.
        }
        answering.clear();
        for (Slot slot : running.slots()) {
            slot.stepRows = 0;
            slot.stepLogitsRow = -1;
            if (slot.phase == Slot.Phase.DECODE) {
                answering.add(slot);
            }
        }
        guess();
        for (int i = 0; i < answering.size(); i++) {
            addRows(batch, answering.get(i), 1);
            addDraft(batch, answering.get(i));
        }
    }

    /** Chooses what the answers guess ahead. Guesses take free cells only. */
    private void guess() {
        if (settings.draftTokensMax() == 0 || !decoder.canRollBack()) {
            return;
        }
        for (int i = 0; i < answering.size(); i++) {
            Slot slot = answering.get(i);
            slot.draft.propose(slot.tokens, slot.unclear ? 0 : draftRoom(slot));
        }
        if (models != null) {
            models.propose(answering, times, roomOf);
        }
        int rowsMax = Math.min(Math.min(decoder.outputsMax(), batchRows()), cache.freeCells());
        int promptRows = running.pendingPrompts() == 0 ? 0 : promptRows(answering.size());
        drafts.choose(answering, rowsMax, promptRows, depth());
        boolean lone = answering.size() == 1 && promptRows == 0 && decoder.loneRowsDiffer();
        for (int i = 0; i < answering.size(); i++) {
            Slot slot = answering.get(i);
            slot.careful = lone && slot.draft.rows() > 0 && slot.sampler.greedy();
        }
    }

    private int draftRoom(Slot slot) {
        int room = limits.contextTokensPerConversation() - slot.tokens.size();
        return Math.max(0, Math.min(room, slot.request.tokensMax() - slot.generatedTokens) - 1);
    }

    private static void addDraft(Batch batch, Slot slot) {
        int position = slot.tokens.size();
        for (int i = 0; i < slot.draft.rows(); i++) {
            batch.add(slot.draft.token(i), position + i, slot.sequence.id, true);
        }
        slot.stepRows += slot.draft.rows();
    }

    private int batchRows() {
        return decoder.batchTokensMax();
    }

    /** Cells in use: what attention reads in every step. */
    private int depth() {
        return decoder.contextTokens() - cache.freeCells();
    }

    /**
     * Most prompt rows beside so many rows of answers. While nobody answers, a step is as long as it can be; otherwise
     * it ends within the target, as far as steps were measured: the budget at most doubles from one step to the next.
     */
    private int promptRows(int answerRows) {
        int room = batchRows() - answerRows;
        if (answerRows == 0) {
            return room;
        }
        int rows = times.promptRows(settings.targetItl().toNanos(), answerRows, depth());
        rows = Math.min(rows, 2 * lastMixedRows - answerRows);
        return Math.clamp(rows, 1, Math.max(1, room));
    }

    private void addPrefilling(Batch batch) {
        prefilling.clear();
        for (Slot slot : running.slots()) {
            if (slot.phase == Slot.Phase.PREFILL) {
                prefilling.add(slot);
            }
        }
        if (prefilling.isEmpty() || batch.size() == batchRows()) {
            return;
        }
        int decodeRows = batch.size();
        int budget = (int) Math.min(running.pendingPrompts(), promptRows(decodeRows));
        while (cache.freeCells() < decodeRows + budget && cache.evictOne()) {
            // Each turn empties one idle sequence.
        }
        share(Math.min(budget, cache.freeCells() - decodeRows));
        for (Slot slot : prefilling) {
            addRows(batch, slot, slot.stepRows);
        }
        if (decodeRows > 0) {
            lastMixedRows = Math.max(StepTimes.ROWS_BLOCK, batch.size());
        }
    }

    private void share(int budget) {
        prefilling.sort(SHORTEST_FIRST);
        Slot oldest = prefilling.getFirst();
        for (Slot slot : prefilling) {
            oldest = slot.age < oldest.age ? slot : oldest;
        }
        oldest.stepRows = Math.min(oldest.pending(), (budget + OLDEST_SHARE - 1) / OLDEST_SHARE);
        int left = budget - oldest.stepRows;
        for (Slot slot : prefilling) {
            int more = Math.min(slot.pending() - slot.stepRows, left);
            slot.stepRows += more;
            left -= more;
        }
    }

    private static void addRows(Batch batch, Slot slot, int rows) {
        int first = slot.sequence.size();
        int last = slot.tokens.size() - 1;
        for (int position = first; position < first + rows; position++) {
            int row = batch.add(slot.tokens.get(position), position, slot.sequence.id, position == last);
            if (position == last) {
                slot.stepLogitsRow = row;
            }
        }
        slot.stepRows = rows;
        if (rows > 0) {
            slot.markFirstRow();
        }
    }

    /** Frees cells: an idle sequence, else the youngest running slot's. False if only one slot has a sequence. */
    boolean makeRoom() {
        return cache.evictOne() || preemptYoungest();
    }

    /** Prompts give way before answers, the youngest first. */
    private boolean preemptYoungest() {
        Slot victim = null;
        int holders = 0;
        for (Slot slot : running.slots()) {
            if (slot.sequence == null) {
                continue;
            }
            holders++;
            boolean prefill = slot.phase == Slot.Phase.PREFILL;
            boolean victimPrefill = victim != null && victim.phase == Slot.Phase.PREFILL;
            if (victim == null || (prefill == victimPrefill ? slot.age > victim.age : prefill)) {
                victim = slot;
            }
        }
        if (holders < 2) {
            return false;
        }
        LOG.log(
                System.Logger.Level.DEBUG,
                "Request {0} gives its place up for lack of KV cells, and goes on later",
                victim.request.requestId());
        leave(victim);
        victim.phase = Slot.Phase.QUEUED;
        waiting.addFirst(victim);
        return true;
    }

    /** Takes a slot from the running ones; its sequence becomes idle. */
    void leave(Slot slot) {
        running.remove(slot);
        slot.stepRows = 0;
        slot.stepLogitsRow = -1;
        slot.draft.none();
        if (slot.sequence != null) {
            cache.release(slot.sequence);
            slot.sequence = null;
        }
        for (Slot other : running.slots()) {
            if (other.leader == slot) {
                other.leader = null;
            }
        }
    }
}
