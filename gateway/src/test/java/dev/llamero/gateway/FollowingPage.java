package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * What a page does with one question, by PROTOCOL.md alone: sends it until it is acknowledged, follows the answer, and
 * after each lost connection takes it up at its cursor.
 */
final class FollowingPage {
    private final GatewayProcess gateway;
    private final String sessionKey;
    private final String question;
    private final StringBuilder text = new StringBuilder();
    private TestBrowser browser;
    private String turnId = "";
    private long seq;
    private boolean ended;
    private boolean lost;
    private int connections;

    FollowingPage(GatewayProcess gateway, String sessionKey, String question) {
        this.gateway = gateway;
        this.sessionKey = sessionKey;
        this.question = question;
    }

    /** The text as the page shows it at the end. */
    String follow() throws InterruptedException {
        for (int i = 0; i < 200 && !ended; i++) {
            Optional<TestBrowser> connected = connect();
            if (connected.isPresent()) {
                connections++;
                attend(connected.get());
                connected.get().close();
            }
        }
        if (!ended) {
            throw new AssertionError("the answer never ended; shown was " + text);
        }
        return text.toString();
    }

    int connections() {
        return connections;
    }

    private Optional<TestBrowser> connect() {
        synchronized (gateway) {
            // Whoever starts it again holds the lock meanwhile.
            try {
                TestBrowser connected = TestBrowser.connect(gateway.webSocket());
                synchronized (this) {
                    browser = connected;
                }
                return Optional.of(connected);
            } catch (CompletionException e) {
                return Optional.empty();
            }
        }
    }

    /** Cuts the page's connection, wherever it stands. */
    synchronized void kill() {
        if (browser != null) {
            browser.kill();
        }
    }

    private void attend(TestBrowser current) throws InterruptedException {
        if (turnId.isEmpty() && !send(current)) {
            return;
        }
        do {
            lost = false;
            Optional<JsonNode> rest =
                    current.tryAsk("chat.resume", "sessionKey", sessionKey, "turnId", turnId, "seq", seq);
            if (rest.isEmpty()) {
                return;
            }
            take(rest.get());
            // Events of before the response have numbers that are known by now.
            if (!ended) {
                current.follow(0, message -> message.path("type").asText().equals("event") && (take(message) || lost));
            }
        } while (lost && !ended);
    }

    private boolean send(TestBrowser current) throws InterruptedException {
        Optional<JsonNode> ack = current.tryAsk(
                "chat.send", "sessionKey", sessionKey, "message", question, "idempotencyKey", "ask-" + sessionKey);
        ack.ifPresent(response -> turnId = response.at("/payload/turnId").asText());
        return ack.isPresent();
    }

    /** Applies a message; true if it was the last of the turn. */
    private boolean take(JsonNode message) {
        JsonNode payload = message.path("payload");
        if (!payload.path("turnId").asText().equals(turnId)) {
            return false;
        }
        String event = message.path("event").asText(payload.has("reset") ? "rest" : "");
        switch (event) {
            case "rest" -> {
                if (payload.get("seq").asLong() < seq && !payload.get("reset").asBoolean()) {
                    return false;
                }
                if (payload.get("reset").asBoolean()) {
                    text.setLength(0);
                    text.append(payload.at("/answer/content").asText());
                    ended = !payload.get("state").asText().equals("RUNNING");
                } else {
                    text.append(payload.get("content").asText());
                }
                seq = payload.get("seq").asLong();
            }
            case "turn.delta" -> delta(payload);
            case "turn.reset" -> {
                if (payload.get("seq").asLong() > seq) {
                    text.setLength(0);
                    text.append(payload.at("/answer/content").asText());
                    seq = payload.get("seq").asLong();
                }
            }
            case "turn.ended" -> {
                ended = true;
                if (!payload.at("/answer/content").asText().contentEquals(text)) {
                    throw new AssertionError("shown was not what was stored: " + text + "\n" + payload);
                }
            }
            default -> {
                // Nothing that changes the text.
            }
        }
        return ended;
    }

    private void delta(JsonNode payload) {
        long number = payload.get("seq").asLong();
        if (number == seq + 1) {
            text.append(payload.get("text").asText());
            seq = number;
        } else if (number > seq) {
            lost = true;
        }
    }
}
