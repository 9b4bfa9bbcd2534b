package dev.llamero.inference.cli;

import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.JsonText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongConsumer;

/** Calls the model server and waits for it. Used by one thread; {@link #cancel} is for any other. */
final class ModelClient {
    /** A verbose {@code show} lists every token of a vocabulary. */
    private static final int BODY_BYTES_MAX = 256 << 20;

    private final ServerAddress address;
    private volatile HttpCall running;
    private volatile boolean cancelled;

    /** What happens with one object of a stream. */
    @FunctionalInterface
    interface Listener {
        void accept(Reply reply) throws IOException;
    }

    ModelClient(ServerAddress address) {
        this.address = address;
    }

    /** @throws ServerFailure if the server refuses */
    Reply get(String path) throws IOException {
        return single("GET", path, null);
    }

    /** @throws ServerFailure if the server refuses */
    Reply post(String path, Map<String, ?> body) throws IOException {
        return single("POST", path, body);
    }

    /** @throws ServerFailure if the server refuses */
    Reply delete(String path, Map<String, ?> body) throws IOException {
        return single("DELETE", path, body);
    }

    private Reply single(String method, String path, Map<String, ?> body) throws IOException {
        Reply[] last = {new Reply(Map.of())};
        call(method, path, body, reply -> last[0] = reply);
        return last[0];
    }

    /**
     * Posts, and hands on each line of the reply as it arrives.
     *
     * @return false if {@link #cancel} ended it
     * @throws ServerFailure if the server refuses, or reports a failure in the stream
     */
    boolean stream(String path, Map<String, ?> body, Listener listener) throws IOException {
        return call("POST", path, body, listener);
    }

    /**
     * Whether a HEAD request finds something.
     *
     * @throws ServerFailure if the server answers neither yes nor no
     */
    boolean exists(String path) throws IOException {
        try (HttpCall call = connect()) {
            call.send(address, "HEAD", path, null);
            if (call.status() != 200 && call.status() != 404) {
                throw new ServerFailure(call.statusLine());
            }
            return call.status() == 200;
        }
    }

    /**
     * Posts a file.
     *
     * @param sent is told the bytes that went out
     * @throws ServerFailure if the server refuses
     */
    void upload(String path, Path file, LongConsumer sent) throws IOException {
        try (HttpCall call = connect()) {
            call.sendFile(address, path, file, sent);
            read(call, reply -> {});
        }
    }

    /** Ends the stream that runs now. */
    void cancel() {
        cancelled = true;
        HttpCall call = running;
        if (call != null) {
            close(call);
        }
    }

    private boolean call(String method, String path, Map<String, ?> body, Listener listener) throws IOException {
        cancelled = false;
        byte[] bytes = body == null ? null : JsonText.of(body).getBytes(StandardCharsets.UTF_8);
        try (HttpCall call = connect()) {
            running = call;
            if (cancelled) {
                return false;
            }
            call.send(address, method, path, bytes);
            read(call, listener);
            return true;
        } catch (IOException e) {
            if (cancelled && !(e instanceof ServerFailure)) {
                return false;
            }
            throw e;
        } finally {
            running = null;
        }
    }

    private void read(HttpCall call, Listener listener) throws IOException {
        if (call.status() >= 300) {
            throw failure(call);
        }
        for (String line = call.line(BODY_BYTES_MAX); line != null; line = call.line(BODY_BYTES_MAX)) {
            if (line.isBlank()) {
                continue;
            }
            Reply reply = parse(line);
            if (!reply.text("error").isEmpty()) {
                throw new ServerFailure(reply.text("error"));
            }
            listener.accept(reply);
        }
    }

    private Reply parse(String line) throws IOException {
        try {
            return Reply.parse(line);
        } catch (BadJsonException e) {
            throw new IOException(address + " does not answer as a model server: " + e.getMessage(), e);
        }
    }

    private static ServerFailure failure(HttpCall call) throws IOException {
        var text = new StringBuilder();
        for (String line = call.line(BODY_BYTES_MAX); line != null; line = call.line(BODY_BYTES_MAX)) {
            text.append(text.isEmpty() ? "" : "\n").append(line);
        }
        try {
            String error = Reply.parse(text.toString()).text("error");
            if (!error.isEmpty()) {
                return new ServerFailure(error);
            }
        } catch (BadJsonException e) {
            return new ServerFailure(call.statusLine() + ": " + text);
        }
        return new ServerFailure((call.statusLine() + ": " + text).replaceAll(": $", ""));
    }

    private HttpCall connect() throws IOException {
        try {
            return HttpCall.connect(address);
        } catch (ConnectException | NoRouteToHostException | SocketTimeoutException | UnknownHostException e) {
            throw new IOException(
                    "no model server answers at " + address
                            + "; `./llamero serve` starts it, `./llamero up` all of Llamero",
                    e);
        }
    }

    private static void close(HttpCall call) {
        try {
            call.close();
        } catch (IOException e) {
            System.getLogger(ModelClient.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing a cancelled call failed", e);
        }
    }
}
