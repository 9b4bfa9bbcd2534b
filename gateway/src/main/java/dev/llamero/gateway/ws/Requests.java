package dev.llamero.gateway.ws;

import dev.llamero.gateway.chat.ChatException;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.Models;
import dev.llamero.gateway.chat.Session;
import dev.llamero.gateway.upstream.UpstreamException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What each request of a browser does. Runs on the socket's reading thread; what waits for the proxy goes to a virtual
 * thread, or a stop would not be read meanwhile.
 */
public final class Requests {
    private final String version;
    private final Chats chats;
    private final Models models;
    private final Supplier<Object> debug;

    /** @param debug the report for {@code /debug}; blocks */
    public Requests(String version, Chats chats, Models models, Supplier<Object> debug) {
        this.version = version;
        this.chats = chats;
        this.models = models;
        this.debug = debug;
    }

    void handle(ChatSocket socket, ClientMessage message) {
        switch (message) {
            case ClientMessage.ModelsList list -> aside(socket, list.id(), this::models);
            case ClientMessage.Debug asked -> aside(socket, asked.id(), debug);
            case ClientMessage.ChatHistory history ->
                answer(socket, history.id(), () -> {
                    socket.watch(history.sessionKey());
                    chats.history(
                            history.sessionKey(),
                            history.before(),
                            history.limit(),
                            page -> socket.send(new ServerMessage.Response(history.id(), page)));
                });
            default ->
                answer(socket, message.id(), () -> socket.send(new ServerMessage.Response(message.id(), now(message))));
        }
    }

    private Object now(ClientMessage message) {
        return switch (message) {
            case ClientMessage.Hello hello ->
                new Welcome(
                        Protocol.VERSION,
                        version,
                        models.known().orElse(""),
                        new Limits(Chats.MESSAGE_CHARS_MAX, Chats.TITLE_CHARS_MAX, Browsers.TICK_NANOS / 1_000_000));
            case ClientMessage.Ping ping -> Map.of();
            case ClientMessage.SessionsList list -> new SessionList(chats.sessions());
            case ClientMessage.SessionsRename rename -> {
                chats.rename(rename.sessionKey(), rename.title());
                yield Map.of();
            }
            case ClientMessage.SessionsDelete delete -> {
                chats.delete(delete.sessionKey());
                yield Map.of();
            }
            case ClientMessage.ChatSend send ->
                chats.send(send.sessionKey(), send.message(), send.idempotencyKey(), send.model());
            case ClientMessage.ChatRetry retry -> chats.retry(retry.turnId(), retry.idempotencyKey(), retry.model());
            case ClientMessage.ChatStop stop -> Map.of("stopped", chats.stop(stop.turnId()));
            case ClientMessage.ModelsList list -> throw new IllegalStateException("is answered aside");
            case ClientMessage.Debug asked -> throw new IllegalStateException("is answered aside");
            case ClientMessage.ChatHistory history -> throw new IllegalStateException("is answered in order");
        };
    }

    private Object models() {
        List<String> listed = models.refresh(UUID.randomUUID().toString());
        return new ModelList(models.known().orElse(""), listed);
    }

    private static void aside(ChatSocket socket, String id, Supplier<Object> work) {
        Thread.ofVirtual()
                .name("aside")
                .start(() -> answer(socket, id, () -> socket.send(new ServerMessage.Response(id, work.get()))));
    }

    private static void answer(ChatSocket socket, String id, Runnable work) {
        try {
            work.run();
        } catch (ChatException e) {
            boolean retryable = e.code().equals("BUSY") || e.code().equals("UNAVAILABLE");
            socket.send(new ServerMessage.Failure(id, e.code(), e.getMessage(), retryable));
        } catch (UpstreamException e) {
            socket.send(new ServerMessage.Failure(id, e.code().name(), e.getMessage() + " " + e.remedy(), true));
        }
    }

    private record Welcome(int protocol, String version, String model, Limits limits) {}

    private record Limits(int messageCharsMax, int titleCharsMax, long tickMillis) {}

    private record SessionList(List<Session> sessions) {}

    private record ModelList(String model, List<String> models) {}
}
