package dev.llamero.benchmarks.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Speaks the page's protocol (gateway/PROTOCOL.md) from the test's thread, and notes when each message arrived. */
final class PageSocket implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Heard> heard = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;
    private int lastId;

    /** @param nanos of {@link System#nanoTime} when it was there */
    record Heard(JsonNode message, long nanos) {}

    private PageSocket() {}

    /** @param gateway address of its page */
    static PageSocket connect(String gateway) {
        var page = new PageSocket();
        URI address = URI.create(gateway.replaceFirst("^http", "ws") + "/ws");
        page.socket = page.http.newWebSocketBuilder().buildAsync(address, page).join();
        return page;
    }

    /** The payload of a request that must be granted. */
    JsonNode granted(String method, ObjectNode parameters) throws InterruptedException {
        String id = String.valueOf(++lastId);
        ObjectNode request =
                JSON.createObjectNode().put("type", "req").put("id", id).put("method", method);
        request.set("params", parameters);
        byte[] bytes = request.toString().getBytes(StandardCharsets.UTF_8);
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        JsonNode response = await(message -> message.path("id").asText().equals(id), "response to " + method)
                .message();
        if (!response.path("ok").asBoolean()) {
            throw new AssertionError(method + " was refused: " + response);
        }
        return response.path("payload");
    }

    /** The first message that fits, heard already or still to come. */
    synchronized Heard await(Predicate<JsonNode> fits, String what) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; ; i++) {
            while (i >= heard.size()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("no " + what + "; heard " + heard);
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            if (fits.test(heard.get(i).message())) {
                return heard.get(i);
            }
        }
    }

    /** The event with which a turn ended. */
    Heard awaitEnd(String turn) throws InterruptedException {
        return await(
                message -> message.path("event").asText().equals("turn.ended")
                        && message.at("/payload/turnId").asText().equals(turn),
                "end of the turn");
    }

    @Override
    public synchronized CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                heard.add(new Heard(JSON.readTree(partial.toString()), System.nanoTime()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            partial.setLength(0);
            notifyAll();
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
