package dev.llamero.proxy.callers;

/**
 * The tokens of one request, from before it is sent to its end. One request, one thread. Closed without a word of what
 * it cost, it counts what came of the answer, and if any came the guess at the prompt.
 */
public final class Spending implements AutoCloseable {
    /** Of a caller without limits: counts nothing, allows everything. */
    public static final Spending FREE = new Spending(null, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    private final Account account;
    private final long promptGuess;
    private final long promptHeld;
    private final long ceiling;
    private long answerHeld;
    private long counted;
    private boolean settled;

    Spending(Account account, long promptGuess, long promptHeld, long ceiling, long answerHeld) {
        this.account = account;
        this.promptGuess = promptGuess;
        this.promptHeld = promptHeld;
        this.ceiling = ceiling;
        this.answerHeld = answerHeld;
    }

    /** The longest answer that the budget allows, for the model server to keep; {@link Long#MAX_VALUE} for any. */
    public long ceiling() {
        return ceiling;
    }

    /** An answer begins, or begins again at another server: what was counted of one that failed went to nobody. */
    public void begin() {
        if (account != null) {
            counted = 0;
        }
    }

    /**
     * More of the answer is there.
     *
     * @return false if the budget does not hold it: then the answer ends before it
     */
    public boolean take(long tokens) {
        if (account == null) {
            return true;
        }
        while (counted + tokens > answerHeld) {
            long more = account.extend();
            if (more == 0) {
                return false;
            }
            answerHeld += more;
        }
        counted += tokens;
        return true;
    }

    /** Tokens of the answer so far, as they were counted here. */
    public long counted() {
        return counted;
    }

    /** Tokens of the prompt, as they are guessed. */
    public long promptGuess() {
        return promptGuess;
    }

    /** What the model server says that it cost; where it does not say, what was guessed and counted here. */
    public void settle(long promptTokens, long completionTokens) {
        end((promptTokens > 0 ? promptTokens : promptGuess) + (completionTokens > 0 ? completionTokens : counted));
    }

    /** Its caller left while the model server was at work, which is no reason to forget what that did. */
    public void abandon() {
        end(promptGuess + counted);
    }

    @Override
    public void close() {
        end(counted == 0 ? 0 : promptGuess + counted);
    }

    private void end(long cost) {
        // The one of those without a budget is shared by all, and nothing may be written to it.
        if (account == null || settled) {
            return;
        }
        settled = true;
        long hold = ceiling == Long.MAX_VALUE ? 0 : promptHeld + answerHeld;
        account.settle(hold, promptGuess, cost);
    }
}
