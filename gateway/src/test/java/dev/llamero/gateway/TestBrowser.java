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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Map<String, String> methods = new HashMap<>();
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
        ObjectNode root = request(id, method, namesAndValues);
        synchronized (this) {
            methods.put(id, method);
        }
        sendBytes(root.toString().getBytes(StandardCharsets.UTF_8));
        return id;
    }

    private static ObjectNode request(String id, String method, Object... namesAndValues) {
        ObjectNode params = JSON.createObjectNode();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            params.set((String) namesAndValues[i], JSON.valueToTree(namesAndValues[i + 1]));
        }
        ObjectNode root =
                JSON.createObjectNode().put("type", "req").put("id", id).put("method", method);
        root.set("params", params);
        return root;
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
        ProtocolSchema.checkFrame(request(response.path("id").asText(), method, namesAndValues));
        if (!response.path("ok").asBoolean()) {
            throw new AssertionError(method + " was not granted: " + response);
        }
        return response.get("payload");
    }

    /** Sends a request and waits for its response; empty if the connection ended before. */
    public Optional<JsonNode> tryAsk(String method, Object... namesAndValues) throws InterruptedException {
        String id;
        try {
            id = send(method, namesAndValues);
        } catch (CompletionException e) {
            return Optional.empty();
        }
        var response = new JsonNode[1];
        follow(0, message -> {
            response[0] = message.path("id").asText().equals(id) ? message : null;
            return response[0] != null;
        });
        return Optional.ofNullable(response[0]);
    }

    /**
     * Hands on every message in order until one is the last that is wanted.
     *
     * @return false if the connection ended before
     */
    public boolean follow(int from, Predicate<JsonNode> isLast) throws InterruptedException {
        for (int i = from; ; i++) {
            JsonNode message = messageAt(i);
            if (message == null) {
                return false;
            }
            if (isLast.test(message)) {
                return true;
            }
        }
    }

    private synchronized JsonNode messageAt(int index) throws InterruptedException {
        long end = System.nanoTime() + 3 * PATIENCE.toNanos();
        while (index >= heard.size()) {
            if (closeCode == -2) {
                throw new AssertionError(closeReason);
            }
            if (closeCode != 0) {
                return null;
            }
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("nothing more is heard; heard " + heard);
            }
            wait(millis);
        }
        return heard.get(index);
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

    /** All that was heard so far. */
    public synchronized String heardText() {
        return heard.toString();
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
                heard.add(checked(JSON.readTree(partial.toString())));
            } catch (AssertionError e) {
                closeCode = -2;
                closeReason = e.getMessage();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            partial.setLength(0);
            notifyAll();
        }
        from.request(1);
        return null;
    }

    /** Every frame must be what the schema says. */
    private JsonNode checked(JsonNode frame) {
        String method = methods.get(frame.path("id").asText());
        if (method == null) {
            ProtocolSchema.checkFrame(frame);
        } else {
            ProtocolSchema.checkResponse(method, frame);
        }
        return frame;
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
        synchronized (this) {
            closeCode = closeCode == 0 ? -1 : closeCode;
            notifyAll();
        }
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
