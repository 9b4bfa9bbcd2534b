package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.CompletionRequest;
import dev.llamero.gateway.upstream.Delta;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.UpstreamException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/** Runs one turn from the question to its end, on a virtual thread of its own. */
final class TurnRunner implements Runnable {
    private static final System.Logger LOG = System.getLogger(TurnRunner.class.getName());

    /** Text that a killed gateway may lose, in time and in characters. */
    private static final long WRITE_NANOS = 250_000_000;

    private static final int WRITE_CHARS = 4096;

    private final Chats chats;
    private final LiveTurn turn;
    private final ModelClient client;
    private final Models models;
    private long writtenNanos = System.nanoTime();

    TurnRunner(Chats chats, LiveTurn turn, ModelClient client, Models models) {
        this.chats = chats;
        this.turn = turn;
        this.client = client;
        this.models = models;
    }

    @Override
    public void run() {
        Turn begun = turn.answer.turn();
        Turn end;
        try {
            ask();
            end = turn.soFar().turn().ended(wanted(TurnState.DONE), turn.statistics());
        } catch (UpstreamException e) {
            LOG.log(Level.DEBUG, () -> "turn " + begun.requestId() + " failed", e);
            end = failed(e.code().name(), e.getMessage(), e.remedy());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "turn " + begun.requestId() + " failed in the gateway", e);
            end = failed(
                    "GATEWAY_FAILED",
                    "The gateway itself failed.",
                    "Try again; its log says more under this request id.");
        }
        finish(end);
    }

    private Turn failed(String code, String message, String remedy) {
        TurnState wanted = wanted(TurnState.FAILED);
        Turn now = turn.soFar().turn();
        return wanted == TurnState.FAILED
                ? now.failed(code, message, remedy, turn.statistics())
                : now.ended(wanted, turn.statistics());
    }

    private TurnState wanted(TurnState otherwise) {
        return turn.wanted() == TurnState.RUNNING ? otherwise : turn.wanted();
    }

    private void finish(Turn end) {
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
        String wanted = turn.answer.turn().model();
        String model = wanted.isEmpty() ? models.choose(requestId) : wanted;
        List<CompletionRequest.Message> prompt = prompt(chats.conversation(turn));
        CompletionCall call = client.complete(new CompletionRequest(model, prompt, requestId, turn.sessionKey));
        chats.locked(() -> {
            turn.model(model);
            turn.call(call);
        });
        call.run(this::take);
    }

    /**
     * The conversation as the model reads it: no thinking, no empty answers, and, since many templates demand that the
     * roles alternate, neighbours of one role joined.
     */
    static List<CompletionRequest.Message> prompt(List<Message> conversation) {
        var prompt = new ArrayList<CompletionRequest.Message>();
        for (Message message : conversation) {
            if (message.content().isEmpty()) {
                continue;
            }
            if (!prompt.isEmpty() && prompt.getLast().role().equals(message.role())) {
                String joined = prompt.removeLast().content() + "\n\n" + message.content();
                prompt.add(new CompletionRequest.Message(message.role(), joined));
            } else {
                prompt.add(new CompletionRequest.Message(message.role(), message.content()));
            }
        }
        return prompt;
    }

    private void take(Delta delta) {
        switch (delta) {
            case Delta.Content content -> append("content", content.text());
            case Delta.Reasoning reasoning -> append("reasoning", reasoning.text());
            case Delta.Usage usage -> chats.locked(() -> turn.usage(usage.promptTokens(), usage.completionTokens()));
            case Delta.Finish finish -> LOG.log(Level.DEBUG, () -> "turn " + turn.id() + " finish " + finish.reason());
        }
    }

    private void append(String kind, String text) {
        var pieces = new ArrayList<Store.Piece>();
        chats.locked(() -> {
            long seq = turn.append(kind, text);
            chats.publish(new ChatEvent.TurnDelta(turn.sessionKey, turn.id(), seq, kind, text));
            long now = System.nanoTime();
            if (turn.unwrittenChars() >= WRITE_CHARS || now - writtenNanos >= WRITE_NANOS) {
                writtenNanos = now;
                pieces.addAll(turn.takeUnwritten());
            }
        });
        if (!pieces.isEmpty()) {
            chats.store().append(turn.id(), pieces);
        }
    }
}
