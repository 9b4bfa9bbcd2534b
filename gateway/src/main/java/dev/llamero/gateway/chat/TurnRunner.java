package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.CompletionRequest;
import dev.llamero.gateway.upstream.Delta;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.Sampling;
import dev.llamero.gateway.upstream.UpstreamException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs one turn from the question to its end, on a virtual thread of its own.
 *
 * <p>An answer that breaks off is asked for again in the same way and compared with what is there ({@link CatchUp}):
 * the only way that gives the same bytes as without the accident, since a model that goes on after a text cuts it into
 * other tokens than those that it wrote.
 */
final class TurnRunner implements Runnable {
    private static final System.Logger LOG = System.getLogger(TurnRunner.class.getName());

    /** Text that a killed gateway may lose, in time and in characters. */
    private static final long WRITE_NANOS = 250_000_000;

    static final int WRITE_CHARS = 4096;
    /** Attempts in a row that came to nothing new; a question that breaks the server is not asked for ever. */
    static final int BARREN_ATTEMPTS_MAX = 6;

    private static final long PAUSE_MILLIS_MIN = 100;
    private static final long PAUSE_MILLIS_MAX = 2000;

    private final Chats chats;
    private final LiveTurns live;
    private final LiveTurn turn;
    private final ModelClient client;
    private final Models models;
    private final Duration retryFor;
    private final Map<Integer, String> toolKinds = new HashMap<>();
    private long writtenNanos = System.nanoTime();
    /** Whether the current attempt brought anything. */
    private boolean spoke;

    private int mostChars;
    /** Attempts in a row that brought something, but nothing new. */
    private int barren;
    /** Attempts in a row that brought nothing at all, and when the first of them failed. */
    private int refused;

    private long troubleNanos;

    TurnRunner(Chats chats, LiveTurns live, LiveTurn turn, ModelClient client, Models models, Duration retryFor) {
        this.chats = chats;
        this.live = live;
        this.turn = turn;
        this.client = client;
        this.models = models;
        this.retryFor = retryFor;
        this.mostChars = turn.chars();
    }

    @Override
    public void run() {
        Turn end = null;
        while (end == null) {
            try {
                ask();
                end = turn.now().ended(wanted(TurnState.DONE), turn.finishReason(), turn.statistics());
            } catch (UpstreamException e) {
                LOG.log(Level.DEBUG, () -> "turn " + turn.id() + " broke off", e);
                end = again(e) ? null : failed(e.code().name(), e.getMessage(), e.remedy());
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "turn " + turn.id() + " failed in the gateway", e);
                end = failed(
                        "GATEWAY_FAILED",
                        "The gateway itself failed.",
                        "Try again; its log says more under this request id.");
            }
        }
        finish(end);
    }

    /** Whether the answer is worth another attempt; waits before it. */
    private boolean again(UpstreamException e) {
        if (turn.wanted() != TurnState.RUNNING || !e.isPassing()) {
            return false;
        }
        int chars = live.within(turn::chars);
        long now = System.nanoTime();
        if (spoke) {
            barren = chars > mostChars ? 0 : barren + 1;
            refused = 0;
            troubleNanos = now;
        } else {
            troubleNanos = refused == 0 ? now : troubleNanos;
            refused++;
        }
        spoke = false;
        mostChars = Math.max(chars, mostChars);
        if (retryFor.isZero() || now - troubleNanos > retryFor.toNanos() || barren >= BARREN_ATTEMPTS_MAX) {
            return false;
        }
        live.locked(() -> {
            turn.broke(e);
            turn.resuming().ifPresent(event -> live.publish(turn.owner, event));
        });
        chats.store().turns().attempts(turn.id(), turn.attempts());
        LOG.log(
                Level.WARNING,
                "turn " + turn.id() + " broke off with " + e.code() + " after " + chars
                        + " characters and is asked again, attempt " + turn.attempts());
        turn.pause(Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS_MIN << Math.min(refused, 5)));
        return turn.wanted() == TurnState.RUNNING;
    }

    private Turn failed(String code, String message, String remedy) {
        TurnState wanted = wanted(TurnState.FAILED);
        Turn now = turn.now();
        return wanted == TurnState.FAILED
                ? now.failed(code, message, remedy, turn.statistics())
                : now.ended(wanted, "", turn.statistics());
    }

    private TurnState wanted(TurnState otherwise) {
        return turn.wanted() == TurnState.RUNNING ? otherwise : turn.wanted();
    }

    private void finish(Turn end) {
        if (end.state() == TurnState.INTERRUPTED) {
            // The gateway ends; its next start takes the run up where the log stops.
            live.write(turn);
            live.locked(() -> live.remove(turn));
            return;
        }
        chats.ended(turn, end);
        var statistics = end.statistics();
        LOG.log(
                end.state() == TurnState.FAILED ? Level.WARNING : Level.INFO,
                "turn " + end.requestId() + " session " + turn.sessionKey + " model " + end.model() + " "
                        + end.state() + (end.errorCode().isEmpty() ? "" : " " + end.errorCode()) + " first token "
                        + statistics.firstTokenMillis() + " ms, total " + statistics.totalMillis() + " ms, tokens "
                        + statistics.promptTokens() + " + " + statistics.completionTokens());
    }

    private void ask() {
        String requestId = turn.answer.turn().requestId();
        String model = turn.model().isEmpty() ? models.choose(requestId) : turn.model();
        List<CompletionRequest.Message> prompt = Prompts.of(
                turn.settings.systemPrompt(),
                chats.conversation(turn),
                message -> chats.store().messages().attachments(turn.sessionKey, message.id()));
        CompletionCall call = client.complete(
                new CompletionRequest(model, prompt, requestId, turn.sessionKey, sampling(model, requestId)));
        toolKinds.clear();
        live.locked(() -> {
            turn.model(model);
            turn.contextTokensMax(models.contextTokens(model, turn.settings));
            turn.call(call);
        });
        chats.store().turns().model(turn.id(), model);
        call.run(this::take);
        if (turn.wanted() == TurnState.RUNNING) {
            live.locked(() -> turn.completed().forEach(event -> live.publish(turn.owner, event)));
        }
    }

    private Sampling sampling(String model, String requestId) {
        return turn.settings.sampling(turn.settings.hasSeedOfOurs() && models.hasSeed(model, requestId));
    }

    private void take(Delta delta) {
        if (!spoke) {
            learnContext();
        }
        spoke = true;
        switch (delta) {
            case Delta.Content content -> append(AnswerText.CONTENT, content.text());
            case Delta.Reasoning reasoning -> append(AnswerText.REASONING, reasoning.text());
            case Delta.ToolCall tool -> {
                // Only the first piece of a call names it.
                String kind = toolKinds.computeIfAbsent(
                        tool.index(), index -> AnswerText.tool(index, tool.id(), tool.name()));
                append(kind, tool.arguments());
            }
            case Delta.Usage usage ->
                live.locked(() -> turn.usage(usage.promptTokens(), usage.cachedTokens(), usage.completionTokens()));
            case Delta.Finish finish -> live.locked(() -> turn.finish(finish.reason()));
        }
    }

    /** The model is loaded now: the inference server knows how much it can hold. Nobody waits for that. */
    private void learnContext() {
        if (turn.now().statistics().contextTokensMax() < 0) {
            Thread.ofVirtual().name("context-" + turn.id()).start(() -> {
                models.details(turn.id());
                live.locked(() -> turn.contextTokensMax(models.contextTokens(turn.model(), turn.settings)));
            });
        }
    }

    private void append(String kind, String text) {
        boolean due = live.within(() -> {
            turn.take(kind, text).forEach(event -> live.publish(turn.owner, event));
            return turn.unwrittenChars() >= WRITE_CHARS || System.nanoTime() - writtenNanos >= WRITE_NANOS;
        });
        if (due) {
            writtenNanos = System.nanoTime();
            live.write(turn);
        }
    }
}
