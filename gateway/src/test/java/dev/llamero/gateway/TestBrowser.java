package dev.llamero.gateway;

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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A program that speaks the page's protocol over the JDK's WebSocket, and remembers all that it heard. */
public final class TestBrowser implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<JsonNode> heard = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;
    private int nextId = 1;
    private int closeCode;
    private String closeReason = "";

    public static TestBrowser connect(URI address) {
        return connect(address, null);
    }

    /**
     * Connects.
     *
     * @param origin the page's origin, or null for a program
     * @throws CompletionException if the upgrade is refused
     */
    public static TestBrowser connect(URI address, String origin) {
        return connect(address, origin, new String[0]);
    }

    /** @param headers names and values of further headers */
    public static TestBrowser connect(URI address, String origin, String... headers) {
        var browser = new TestBrowser();
        var builder = browser.http.newWebSocketBuilder();
        if (origin != null) {
            builder.header("Origin", origin);
        }
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        browser.socket = builder.buildAsync(address, browser).join();
        return browser;
    }

    /** Sends a request and gives its id. */
    public String send(String method, Object... namesAndValues) {
        String id = String.valueOf(nextId++);
        ObjectNode params = JSON.createObjectNode();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            params.putPOJO((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        ObjectNode root =
                JSON.createObjectNode().put("type", "req").put("id", id).put("method", method);
        root.set("params", params);
        sendBytes(root.toString().getBytes(StandardCharsets.UTF_8));
        return id;
    }

    public void sendBytes(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    public void sendText(String text, boolean last) {
        socket.sendText(text, last).join();
    }

    /** Sends a request and waits for its response, whole. */
    public JsonNode ask(String method, Object... namesAndValues) throws InterruptedException {
        String id = send(method, namesAndValues);
        return await(
                "response to " + method, message -> message.path("id").asText().equals(id));
    }

    /** The payload of a request that must be granted. */
    public JsonNode granted(String method, Object... namesAndValues) throws InterruptedException {
        JsonNode response = ask(method, namesAndValues);
        if (!response.path("ok").asBoolean()) {
            throw new AssertionError(method + " was not granted: " + response);
        }
        return response.get("payload");
    }

    /** Waits for the first event of this name. */
    public JsonNode awaitEvent(String name) throws InterruptedException {
        return await("event " + name, message -> message.path("event").asText().equals(name))
                .get("payload");
    }

    /** Waits until the deltas heard so far make this text. */
    public void awaitText(String text) throws InterruptedException {
        await(
                "text \"" + text + "\"",
                message -> text(message.path("payload").path("turnId").asText()).equals(text));
    }

    /** The text of all deltas of a turn, in the order of arrival. */
    public synchronized String text(String turnId) {
        var text = new StringBuilder();
        heard.stream()
                .filter(message -> message.path("event").asText().equals("turn.delta"))
                .map(message -> message.get("payload"))
                .filter(delta -> delta.get("turnId").asText().equals(turnId))
                .forEach(delta -> text.append(delta.get("text").asText()));
        return text.toString();
    }

    /** The first message that fits, heard already or still to come. */
    public synchronized JsonNode await(String what, Predicate<JsonNode> fits) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; ; i++) {
            while (i >= heard.size()) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0 || closeCode != 0) {
                    throw new AssertionError(
                            "no " + what + "; closed " + closeCode + " " + closeReason + "; heard " + heard);
                }
                wait(millis);
            }
            if (fits.test(heard.get(i))) {
                return heard.get(i);
            }
        }
    }

    /** Lets go of what was heard so far. */
    public synchronized void forget() {
        heard.clear();
    }

    /** Waits until the gateway closes, and gives code and reason; code -1 is a connection that just ended. */
    public synchronized String awaitClose() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (closeCode == 0) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("was not closed");
            }
            wait(millis);
        }
        return closeCode + " " + closeReason;
    }

    @Override
    public synchronized CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                heard.add(JSON.readTree(partial.toString()));
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
    public synchronized CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeCode = code;
        closeReason = reason;
        notifyAll();
        return null;
    }

    @Override
    public synchronized void onError(WebSocket from, Throwable failure) {
        closeCode = -1;
        closeReason = String.valueOf(failure);
        notifyAll();
    }

    /** Leaves without a word. */
    public void kill() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
