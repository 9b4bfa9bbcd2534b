package dev.llamero.gateway.chat;

import dev.llamero.gateway.upstream.CompletionCall;
import dev.llamero.gateway.upstream.CompletionRequest;
import dev.llamero.gateway.upstream.Delta;
import dev.llamero.gateway.upstream.ModelClient;
import dev.llamero.gateway.upstream.Sampling;
import dev.llamero.gateway.upstream.UpstreamException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Asks the model for a title after the first answer of a conversation. One question at a time, on a virtual thread of
 * its own; it gives way to every question of a person, is bounded in tokens and time, and if nothing comes of it the
 * first words stay.
 */
final class Titles {
    /** After so many messages of its branch a conversation keeps the title that it has. */
    static final int MESSAGES_MAX = 6;

    private static final System.Logger LOG = System.getLogger(Titles.class.getName());
    private static final Pattern ORNAMENTS = Pattern.compile("^[\\s#*_`\"'“”‘’「《]+|[\\s*_`\"'“”‘’」》.。]+$");
    private static final long NANOS_MAX = 20_000_000_000L;
    private static final int TOKENS_MAX = 32;
    private static final int CHARS_MAX = 60;
    private static final int EXCERPT_CHARS = 1500;
    private static final String ASK =
            "Give the conversation below a title of at most six words, in its own language. Answer with the title"
                    + " alone.";

    private final Store store;
    private final LiveTurns live;
    private final ModelClient client;
    private final boolean enabled;
    private CompletionCall call;
    private long startedNanos;

    Titles(Store store, LiveTurns live, ModelClient client, boolean enabled) {
        this.store = store;
        this.live = live;
        this.client = client;
        this.enabled = enabled;
    }

    /** A turn is done: its conversation may want a title. Never blocks. */
    synchronized void consider(LiveTurn turn, String model) {
        if (!enabled || call != null || !isWanted(turn)) {
            return;
        }
        Message answer = store.messages().get(turn.sessionKey, turn.answer.id()).orElseThrow();
        String text =
                ASK + "\n\nUser: " + excerpt(turn.question.content()) + "\n\nAssistant: " + excerpt(answer.content());
        CompletionCall asked = client.complete(new CompletionRequest(
                model,
                List.of(new CompletionRequest.Message("user", text)),
                UUID.randomUUID().toString(),
                turn.sessionKey,
                new Sampling(0.0, null, null, 1, null, TOKENS_MAX, "off")));
        call = asked;
        startedNanos = System.nanoTime();
        Thread.ofVirtual().name("title-" + turn.sessionKey).start(() -> ask(turn, asked));
    }

    private boolean isWanted(LiveTurn turn) {
        return store.sessions()
                        .get(turn.owner, turn.sessionKey)
                        .filter(session -> session.titleSource() == TitleSource.WORDS)
                        .isPresent()
                && store.messages()
                                .path(turn.sessionKey, turn.answer.id(), MESSAGES_MAX + 1)
                                .size()
                        <= MESSAGES_MAX;
    }

    private void ask(LiveTurn turn, CompletionCall asked) {
        var text = new StringBuilder();
        var complete = new boolean[1];
        try {
            asked.run(delta -> {
                if (delta instanceof Delta.Content content) {
                    text.append(content.text());
                }
                complete[0] |= delta instanceof Delta.Finish;
            });
            String title = clean(text.toString());
            if (complete[0] && !title.isEmpty()) {
                keep(turn, title);
            }
        } catch (UpstreamException | ChatException e) {
            LOG.log(Level.DEBUG, "no title for " + turn.sessionKey, e);
        } finally {
            forget(asked);
        }
    }

    private void keep(LiveTurn turn, String title) {
        live.locked(() -> {
            boolean untouched = store.sessions()
                    .get(turn.owner, turn.sessionKey)
                    .filter(session -> session.titleSource() == TitleSource.WORDS)
                    .isPresent();
            if (untouched && store.sessions().title(turn.owner, turn.sessionKey, title, TitleSource.MODEL)) {
                live.publishSession(turn.owner, turn.sessionKey);
            }
        });
    }

    /** The first line with text, without the ornaments that models like. */
    static String clean(String text) {
        String line = text.lines()
                .map(String::strip)
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
        line = ORNAMENTS.matcher(line).replaceAll("");
        line = line.replaceFirst("(?i)^(title|标题)\\s*[:：]\\s*", "");
        line = ORNAMENTS.matcher(line).replaceAll("").replaceAll("[\\s\\p{Cntrl}]+", " ");
        int end = line.offsetByCodePoints(0, Math.min(CHARS_MAX, line.codePointCount(0, line.length())));
        return end == line.length() ? line : line.substring(0, end) + "\u2026";
    }

    private static String excerpt(String text) {
        if (text.length() <= EXCERPT_CHARS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(EXCERPT_CHARS - 1)) ? EXCERPT_CHARS - 1 : EXCERPT_CHARS;
        return text.substring(0, end);
    }

    /** A person asks: nothing of ours may stand in the way. The conversation's next answer is another chance. */
    synchronized void giveWay() {
        if (call != null) {
            CompletionCall asked = call;
            // Cancelling closes a socket; the asker holds a lock and must not wait for that.
            Thread.ofVirtual().name("title-cancel").start(asked::cancel);
        }
    }

    synchronized void beat() {
        if (call != null && System.nanoTime() - startedNanos > NANOS_MAX) {
            giveWay();
        }
    }

    private synchronized void forget(CompletionCall asked) {
        if (call == asked) {
            call = null;
        }
    }

    synchronized void close() {
        giveWay();
    }
}
