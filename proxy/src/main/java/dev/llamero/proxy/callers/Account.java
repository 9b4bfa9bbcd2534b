package dev.llamero.proxy.callers;

import dev.llamero.proxy.callers.LimitException.Limit;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What one key has used. It outlives reloads; what counts for its budgets outlives restarts. Any number of threads.
 *
 * <p>The budget is never overdrawn by what is known before: a request holds the greatest length of its prompt and a
 * block of tokens, and takes further blocks while its answer comes. What it really cost is known at its end.
 */
public final class Account {
    /** Small, so that streams at once share the last of a budget; large enough to take the lock rarely. */
    static final long BLOCK_TOKENS = 64;

    private final String id;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final TokenBucket requests;
    private final TokenBucket tokens;
    private KeyLimits limits;
    private int running;
    private LocalDate day;
    private long spent;
    private long spentEver;
    private long held;
    private boolean dirty;

    Account(String id, KeyLimits limits, InstantSource clock, LongSupplier nanos) {
        this.id = id;
        this.limits = limits;
        this.clock = clock;
        this.nanos = nanos;
        this.requests = new TokenBucket(limits.requestsPerMinute(), nanos.getAsLong());
        this.tokens = new TokenBucket(limits.tokensPerMinute(), nanos.getAsLong());
        this.day = today();
    }

    /** Of its key. */
    public String id() {
        return id;
    }

    /** Other limits from now on. */
    void limit(KeyLimits next) {
        lock.lock();
        try {
            requests.limit(next.requestsPerMinute(), nanos.getAsLong());
            tokens.limit(next.tokensPerMinute(), nanos.getAsLong());
            limits = next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A request begins.
     *
     * @return its place, to be closed at its end
     * @throws LimitException if there are too many at once or in this minute
     */
    public Place enter() {
        lock.lock();
        try {
            if (limits.streams() > 0 && running >= limits.streams()) {
                throw new LimitException(
                        Limit.STREAMS,
                        "this API key may have " + limits.streams()
                                + " requests at once, and so many are running; wait until one has ended",
                        Optional.of(Duration.ofSeconds(1)));
            }
            requests.fill(nanos.getAsLong());
            if (!requests.has(1)) {
                throw new LimitException(
                        Limit.REQUESTS,
                        "this API key may send " + limits.requestsPerMinute() + " requests per minute, and has",
                        Optional.of(requests.until(1)));
            }
            requests.take(1);
            running++;
            return new Place();
        } finally {
            lock.unlock();
        }
    }

    /** One running request. Closed once. */
    public final class Place implements AutoCloseable {
        private boolean closed;

        @Override
        public void close() {
            lock.lock();
            try {
                running -= closed ? 0 : 1;
                closed = true;
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A request is about to be sent to a model.
     *
     * @param promptGuess tokens that its prompt probably has
     * @param promptMax tokens that its prompt has at most
     * @param answerMax tokens that its answer may have by its own words; 0 for any
     * @throws LimitException if this minute's tokens are used up, or a budget does not hold so many
     */
    public Spending spend(long promptGuess, long promptMax, long answerMax) {
        lock.lock();
        try {
            tokens.fill(nanos.getAsLong());
            if (!tokens.has(promptGuess)) {
                throw new LimitException(
                        Limit.TOKENS,
                        "this API key may use " + limits.tokensPerMinute()
                                + " tokens per minute; this request needs about " + promptGuess + ", and "
                                + tokens.left() + " are left",
                        Optional.of(tokens.until(promptGuess)));
            }
            if (!limits.hasBudget()) {
                tokens.take(promptGuess);
                return new Spending(this, promptGuess, 0, Long.MAX_VALUE, Long.MAX_VALUE);
            }
            long room = room();
            if (promptMax + 1 > room) {
                throw overBudget(promptMax + 1, room);
            }
            tokens.take(promptGuess);
            long ceiling = room - promptMax;
            long block = Math.min(ceiling, answerMax > 0 ? Math.min(answerMax, BLOCK_TOKENS) : BLOCK_TOKENS);
            held += promptMax + block;
            return new Spending(this, promptGuess, promptMax, ceiling, block);
        } finally {
            lock.unlock();
        }
    }

    private LimitException overBudget(long needed, long room) {
        boolean othersRun = held > 0 && needed <= room + held;
        boolean forEver = limits.tokensTotal() > 0 && limits.tokensTotal() - spentEver - held == room;
        String budget =
                forEver ? limits.tokensTotal() + " tokens in all" : limits.tokensPerDay() + " tokens per day (UTC)";
        String sentence = "this API key may use " + budget + "; this request may need " + needed + ", and "
                + Math.max(0, room) + " are left" + (othersRun ? " beside those that running requests hold" : "");
        Optional<Duration> wait = Optional.of(Duration.ofSeconds(1)).filter(_ -> othersRun);
        return new LimitException(
                Limit.BUDGET, sentence, wait.or(() -> forEver ? Optional.empty() : Optional.of(untilMidnight())));
    }

    /** @return how many more tokens the answer may have now; 0 if the budget is used up */
    long extend() {
        lock.lock();
        try {
            long block = Math.max(0, Math.min(BLOCK_TOKENS, room()));
            held += block;
            return block;
        } finally {
            lock.unlock();
        }
    }

    void settle(long hold, long guess, long cost) {
        lock.lock();
        try {
            tokens.fill(nanos.getAsLong());
            tokens.take(cost - guess);
            turnDay();
            held -= hold;
            spent += cost;
            spentEver += cost;
            // Without a budget nobody needs to know after a restart.
            dirty |= limits.hasBudget();
        } finally {
            lock.unlock();
        }
    }

    /** What is left for the caller to know. */
    public Standing standing() {
        lock.lock();
        try {
            requests.fill(nanos.getAsLong());
            tokens.fill(nanos.getAsLong());
            return new Standing(left(requests), left(tokens).or(this::budgetLeft));
        } finally {
            lock.unlock();
        }
    }

    /** The day's budget, else that of all time, which never comes back. */
    private Optional<Standing.Left> budgetLeft() {
        if (!limits.hasBudget()) {
            return Optional.empty();
        }
        boolean daily = limits.tokensPerDay() > 0;
        return Optional.of(new Standing.Left(
                daily ? limits.tokensPerDay() : limits.tokensTotal(),
                Math.max(0, room()),
                daily ? Optional.of(untilMidnight()) : Optional.empty()));
    }

    private static Optional<Standing.Left> left(TokenBucket bucket) {
        return bucket.limit() == 0
                ? Optional.empty()
                : Optional.of(
                        new Standing.Left(bucket.limit(), bucket.left(), Optional.of(bucket.until(bucket.limit()))));
    }

    /** Requests under way. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Tokens of today, also where there is no budget. */
    public long spentToday() {
        lock.lock();
        try {
            turnDay();
            return spent;
        } finally {
            lock.unlock();
        }
    }

    /** Tokens since the key was made, as far as that was written down. */
    public long spentEver() {
        lock.lock();
        try {
            return spentEver;
        } finally {
            lock.unlock();
        }
    }

    /** Its limits now. */
    public KeyLimits limits() {
        lock.lock();
        try {
            return limits;
        } finally {
            lock.unlock();
        }
    }

    /** Goes on where an earlier process stopped; what was spent on another day counts for the whole only. */
    void restore(LocalDate then, long spentThen, long spentInAll) {
        lock.lock();
        try {
            spent = then.equals(today()) ? spentThen : 0;
            spentEver = spentInAll;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has changed since it was last asked. */
    boolean takeDirty() {
        lock.lock();
        try {
            boolean was = dirty;
            dirty = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private long room() {
        turnDay();
        long day = limits.tokensPerDay() == 0 ? Long.MAX_VALUE : limits.tokensPerDay() - spent;
        long all = limits.tokensTotal() == 0 ? Long.MAX_VALUE : limits.tokensTotal() - spentEver;
        return Math.min(day, all) - held;
    }

    private void turnDay() {
        LocalDate now = today();
        if (!now.equals(day)) {
            day = now;
            spent = 0;
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private Duration untilMidnight() {
        Instant midnight = today().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return Duration.between(clock.instant(), midnight);
    }
}
