package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * A generation's text on its way out: bytes to characters, stop strings cut off, the rest into the mailbox. One per
 * generation; engine's thread only.
 */
final class Answer {
    private final Mailbox mailbox;
    private final Detokenizer detokenizer = new Detokenizer();
    private final StopMatcher stops;
    /** A token's text on its way through the stop strings, kept between tokens. */
    private final StringBuilder text = new StringBuilder();

    private List<TokenLogprob> logprobs = List.of();

    Answer(Mailbox mailbox, List<String> stops) {
        this.mailbox = mailbox;
        this.stops = new StopMatcher(stops);
    }

    /** Keeps a log probability for the next piece. */
    void add(TokenLogprob logprob) {
        if (logprobs.isEmpty()) {
            logprobs = new ArrayList<>();
        }
        logprobs.add(logprob);
    }

    /** Takes a token's bytes and sends what is ready. True if a stop string ended the answer. */
    boolean accept(byte[] bytes) {
        text.setLength(0);
        detokenizer.accept(bytes, text);
        boolean stopped = stops.accept(text);
        text.setLength(0);
        stops.take(text);
        send(false);
        return stopped;
    }

    /** Sends all that was held back, unless a stop string cut it off. */
    void end() {
        text.setLength(0);
        stops.takeRest(text);
        send(true);
    }

    private void send(boolean last) {
        if (!text.isEmpty() || (last && !logprobs.isEmpty())) {
            mailbox.piece(text, logprobs);
            logprobs = List.of();
        }
    }
}
