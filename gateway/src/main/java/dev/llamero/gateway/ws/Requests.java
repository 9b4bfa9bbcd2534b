package dev.llamero.gateway.ws;

import dev.llamero.gateway.chat.Archive;
import dev.llamero.gateway.chat.Attachment;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.chat.ChatException;
import dev.llamero.gateway.chat.ChatSettings;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.Chats.Question;
import dev.llamero.gateway.chat.Models;
import dev.llamero.gateway.chat.Pulls;
import dev.llamero.gateway.chat.SearchIndex;
import dev.llamero.gateway.chat.Session;
import dev.llamero.gateway.chat.Sessions;
import dev.llamero.gateway.upstream.InferenceClient;
import dev.llamero.gateway.upstream.UpstreamException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What each request of a browser does. Runs on the socket's reading thread; what waits for the proxy goes to a virtual
 * thread, or a stop would not be read meanwhile.
 */
public final class Requests {
    private final String version;
    private final Chats chats;
    private final Models models;
    private final Pulls pulls;
    private final Function<String, Object> debug;

    /** @param debug the report for {@code /debug} as this owner may see it; blocks */
    public Requests(String version, Chats chats, Models models, Pulls pulls, Function<String, Object> debug) {
        this.version = version;
        this.chats = chats;
        this.models = models;
        this.pulls = pulls;
        this.debug = debug;
    }

    void handle(ChatSocket socket, ClientMessage message) {
        String owner = socket.owner();
        String id = message.id();
        switch (message) {
            case ClientMessage.ModelsList list -> aside(socket, id, this::models);
            case ClientMessage.Debug asked -> aside(socket, id, () -> debug.apply(owner));
            case ClientMessage.SessionsSearch search ->
                aside(socket, id, () -> new Hits(chats.sessions().search(owner, search.query(), search.limit())));
            case ClientMessage.SessionsExport export ->
                aside(
                        socket,
                        id,
                        () -> chats.sessions()
                                .archive()
                                .export(
                                        owner,
                                        export.sessionKey(),
                                        export.format().equals("markdown"),
                                        export.offset()));
            case ClientMessage.ChatHistory history ->
                answer(socket, id, () -> {
                    socket.watch(history.sessionKey());
                    chats.histories()
                            .history(
                                    owner,
                                    history.sessionKey(),
                                    history.before(),
                                    history.limit(),
                                    page -> socket.send(new ServerMessage.Response(id, page)));
                });
            case ClientMessage.ChatResume resume ->
                answer(socket, id, () -> {
                    socket.watch(resume.sessionKey());
                    chats.histories()
                            .resume(
                                    owner,
                                    resume.sessionKey(),
                                    resume.turnId(),
                                    resume.seq(),
                                    rest -> socket.send(new ServerMessage.Response(id, rest)));
                });
            default -> answer(socket, id, () -> socket.send(new ServerMessage.Response(id, done(socket, message))));
        }
    }

    private Object done(ChatSocket socket, ClientMessage message) {
        Object payload = now(socket, message);
        if (payload instanceof Chats.Ack ack) {
            chats.times().heard(ack.turnId(), socket.heardNanos());
        }
        return payload;
    }

    private Object now(ChatSocket socket, ClientMessage message) {
        String owner = socket.owner();
        return switch (message) {
            case ClientMessage.Hello hello ->
                new Welcome(Protocol.VERSION, version, owner, models.known().orElse(""), Limits.OURS);
            case ClientMessage.Ping ping -> Map.of();
            case ClientMessage.ChatSend send ->
                chats.send(
                        owner,
                        new Question(
                                send.sessionKey(),
                                send.message(),
                                send.idempotencyKey(),
                                send.model(),
                                send.attachments()));
            case ClientMessage.ChatRetry retry ->
                chats.retry(owner, retry.turnId(), retry.idempotencyKey(), retry.model());
            case ClientMessage.ChatEdit edit ->
                chats.edit(
                        owner,
                        edit.messageId(),
                        new Question(
                                edit.sessionKey(),
                                edit.message(),
                                edit.idempotencyKey(),
                                edit.model(),
                                edit.attachments()));
            case ClientMessage.ChatContinue more -> chats.goOn(owner, more.turnId(), more.idempotencyKey());
            case ClientMessage.ChatBranch branch -> {
                chats.histories().branch(owner, branch.sessionKey(), branch.messageId());
                yield Map.of();
            }
            case ClientMessage.ChatAttachment file ->
                chats.histories().attachment(owner, file.sessionKey(), file.messageId(), file.index());
            case ClientMessage.ChatMeasured measured -> {
                chats.measured(owner, measured.turnId(), measured.seen(), socket.sentNanos(measured.turnId()));
                yield Map.of();
            }
            case ClientMessage.ChatStop stop -> Map.of("stopped", chats.stop(owner, stop.turnId()));
            case ClientMessage.ModelsPull pull -> pulls.start(pull.model());
            case ClientMessage.ModelsPullStop stop -> Map.of("stopped", pulls.stop(stop.model()));
            default -> sessions(owner, message);
        };
    }

    private Object sessions(String owner, ClientMessage message) {
        Sessions sessions = chats.sessions();
        return switch (message) {
            case ClientMessage.SessionsList list -> new SessionList(sessions.list(owner));
            case ClientMessage.SessionsRename rename -> {
                sessions.rename(owner, rename.sessionKey(), rename.title());
                yield Map.of();
            }
            case ClientMessage.SessionsPin pin -> {
                sessions.pin(owner, pin.sessionKey(), pin.pinned());
                yield Map.of();
            }
            case ClientMessage.SessionsDelete delete -> {
                sessions.delete(owner, delete.sessionKey());
                yield Map.of("restoreMillis", Sessions.RESTORABLE.toMillis());
            }
            case ClientMessage.SessionsRestore restore -> {
                sessions.restore(owner, restore.sessionKey());
                yield Map.of();
            }
            case ClientMessage.SessionsConfigure configure ->
                Map.of("settings", sessions.configure(owner, configure.sessionKey(), configure.settings()));
            case ClientMessage.SessionsImport part ->
                sessions.archive().take(owner, part.importKey(), part.part(), part.last(), part.text());
            default -> throw new IllegalStateException(message.getClass() + " is answered elsewhere");
        };
    }

    private Object models() {
        String requestId = UUID.randomUUID().toString();
        List<InferenceClient.Model> details = models.details(requestId);
        List<String> listed = models.refresh(requestId);
        return new ModelList(models.known().orElse(""), listed, details, pulls.all());
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

    private record Welcome(int protocol, String version, String account, String model, Limits limits) {}

    private record Limits(
            int messageCharsMax,
            int titleCharsMax,
            long tickMillis,
            int attachmentsMax,
            int systemPromptCharsMax,
            int siblingsMax,
            int importCharsMax,
            int importPartCharsMax) {
        static final Limits OURS = new Limits(
                Chats.MESSAGE_CHARS_MAX,
                Chats.TITLE_CHARS_MAX,
                Browsers.TICK_NANOS / 1_000_000,
                Attachment.MAX,
                ChatSettings.SYSTEM_PROMPT_CHARS_MAX,
                Chats.SIBLINGS_MAX,
                Archive.IMPORT_CHARS_MAX,
                Archive.PART_CHARS_MAX);
    }

    private record SessionList(List<Session> sessions) {}

    private record Hits(List<SearchIndex.Hit> hits) {}

    private record ModelList(
            String model, List<String> models, List<InferenceClient.Model> details, List<ChatEvent.ModelPull> pulls) {}
}
