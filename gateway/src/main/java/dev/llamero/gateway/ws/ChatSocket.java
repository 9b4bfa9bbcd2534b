package dev.llamero.gateway.ws;

import dev.llamero.gateway.access.AccessException;
import dev.llamero.gateway.access.Caller;
import dev.llamero.gateway.ws.Outbox.Frame;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.DirectHandler;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * One browser's socket: checks who comes, puts frames together, hands requests to {@link Requests}, and answers through
 * its outbox. Callbacks run on the socket's reading thread and let nothing out, since Helidon would answer an exception
 * with its text.
 */
final class ChatSocket implements WsListener {
    private static final System.Logger LOG = System.getLogger(ChatSocket.class.getName());

    /** Time for the other side to read why it is dropped. */
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private static final int POLICY_VIOLATION = 1008;
    private static final int TOO_LARGE = 1009;
    private static final int TRY_AGAIN_LATER = 1013;
    private static final int UNSUPPORTED = 1003;

    private final Browsers browsers;
    private final Requests requests;
    private final MessageAssembler assembler = new MessageAssembler();
    private final RequestRate rate = new RequestRate(System::nanoTime);
    private volatile Caller caller;
    private volatile WsSession session;
    private volatile Outbox outbox;
    private volatile boolean gone;
    private volatile String watched = "";
    private volatile long heardNanos = System.nanoTime();
    private volatile End lastEnd = new End("", 0);

    /** The last end of a turn that this page was told, and when it was handed to the socket. */
    private record End(String turnId, long nanos) {}

    ChatSocket(Browsers browsers, Requests requests) {
        this.browsers = browsers;
        this.requests = requests;
    }

    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) {
        browsers.guard().refusal(headers).ifPresent(reason -> {
            LOG.log(Level.WARNING, "WebSocket refused: " + reason);
            throw refusal(Status.FORBIDDEN_403, reason);
        });
        try {
            caller = browsers.gate().caller(headers);
        } catch (AccessException e) {
            LOG.log(Level.WARNING, "WebSocket refused: " + e.getMessage());
            throw refusal(Status.create(e.status()), e.getMessage());
        }
        browsers.refusal(caller).ifPresent(reason -> {
            LOG.log(Level.WARNING, "WebSocket refused: " + reason);
            throw refusal(Status.SERVICE_UNAVAILABLE_503, reason);
        });
        return Optional.empty();
    }

    private static RequestException refusal(Status status, String message) {
        return RequestException.builder()
                .type(DirectHandler.EventType.OTHER)
                .status(status)
                .setKeepAlive(false)
                .message(message)
                .build();
    }

    @Override
    public void onOpen(WsSession opened) {
        session = opened;
        outbox = new Outbox(this::write, () -> drop(TRY_AGAIN_LATER, "it does not read fast enough"), this::hangUp);
        if (!browsers.add(this)) {
            drop(TRY_AGAIN_LATER, "the gateway has too many pages open");
        }
    }

    @Override
    public void onMessage(WsSession from, String text, boolean last) {
        if (heard()) {
            return;
        }
        if (!last || text.indexOf('\uFFFD') >= 0) {
            // Helidon decodes each text frame for itself, so a character cut in two is lost before it gets here.
            drop(UNSUPPORTED, "send messages of several frames as binary frames");
            return;
        }
        message(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void onMessage(WsSession from, BufferData frame, boolean last) {
        if (heard()) {
            return;
        }
        try {
            assembler.add(frame.readBytes(), last).ifPresent(this::message);
        } catch (MessageAssembler.TooLargeException e) {
            drop(TOO_LARGE, "a message may have " + MessageAssembler.MESSAGE_BYTES_MAX + " bytes");
        }
    }

    /** Notes that the other side lives; true if it was dropped and should not be listened to. */
    private boolean heard() {
        heardNanos = System.nanoTime();
        return gone;
    }

    private void message(byte[] utf8) {
        if (utf8.length > MessageAssembler.MESSAGE_BYTES_MAX) {
            drop(TOO_LARGE, "a message may have " + MessageAssembler.MESSAGE_BYTES_MAX + " bytes");
            return;
        }
        if (!rate.take()) {
            drop(POLICY_VIOLATION, "more than " + RequestRate.PER_SECOND + " requests per second");
            return;
        }
        try {
            ClientMessage message = Protocol.read(utf8);
            Optional<String> tooMany = browsers.rates().refusal(owner(), message);
            if (tooMany.isPresent()) {
                send(new ServerMessage.Failure(message.id(), "BUSY", tooMany.get(), true));
                return;
            }
            requests.handle(this, message);
        } catch (ProtocolException e) {
            send(new ServerMessage.Failure(e.id(), "INVALID_REQUEST", e.getMessage(), false));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a request of the page failed in the gateway", e);
            drop(1011, "the gateway failed; its log says more");
        }
    }

    @Override
    public void onPing(WsSession from, BufferData payload) {
        heardNanos = System.nanoTime();
        outbox.add(new Frame.Pong(payload.readBytes()));
    }

    @Override
    public void onPong(WsSession from, BufferData payload) {
        heardNanos = System.nanoTime();
    }

    @Override
    public void onClose(WsSession from, int status, String reason) {
        // Helidon has answered the close; nothing may be sent after it.
        forget();
    }

    @Override
    public void onError(WsSession from, Throwable failure) {
        LOG.log(Level.DEBUG, "a browser's socket failed", failure);
        forget();
    }

    /** Whose socket this is, as the gate found at the upgrade. */
    Caller caller() {
        return caller;
    }

    /** Queues a message; never blocks. */
    void send(ServerMessage message) {
        sendText(Protocol.write(message));
    }

    /** Queues a message that was written once for many. */
    void sendText(String json) {
        outbox.add(new Frame.Text(json));
    }

    /** The same, of a message that tells the end of a turn. */
    void sendEnd(String json, String turnId) {
        outbox.add(new Frame.Text(json, turnId));
    }

    void ping() {
        outbox.add(new Frame.Ping());
    }

    /** Whose conversations this browser sees. */
    String owner() {
        return caller.name();
    }

    /** The conversation whose deltas this browser wants. */
    void watch(String sessionKey) {
        watched = sessionKey;
    }

    boolean watches(String sessionKey) {
        return watched.equals(sessionKey);
    }

    long heardNanos() {
        return heardNanos;
    }

    /** When the end of this turn was handed to the socket, if it was the last one that was; else 0. */
    long sentNanos(String turnId) {
        End end = lastEnd;
        return end.turnId().equals(turnId) ? end.nanos() : 0;
    }

    boolean isStuck(long nowNanos) {
        return outbox.isStuck(nowNanos);
    }

    /** Says goodbye in order: what waits is sent first. */
    void close(int code, String reason) {
        gone = true;
        outbox.add(new Frame.Close(code, reason));
    }

    /** Ends the connection from any thread, with the reason if it can still be said. */
    void drop(int code, String reason) {
        LOG.log(Level.INFO, "a browser is dropped: " + reason);
        gone = true;
        browsers.remove(this);
        outbox.closeWith(new Frame.Close(code, reason));
        // Closing at once would throw the reason away together with what was not read.
        Thread.ofVirtual().name("hang-up").start(() -> {
            try {
                Thread.sleep(GOODBYE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            hangUp();
        });
    }

    /** Closes the socket itself: the only thing that ends a blocked write and wakes the reading thread. */
    void hangUp() {
        forget();
        try {
            ((ConnectionContext) session.socketContext()).serverSocket().close();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "the socket was closed already", e);
        }
    }

    private void forget() {
        gone = true;
        browsers.remove(this);
        if (outbox != null) {
            outbox.close();
        }
    }

    private void write(Frame frame) {
        switch (frame) {
            case Frame.Text text -> {
                if (!text.endOf().isEmpty()) {
                    lastEnd = new End(text.endOf(), System.nanoTime());
                }
                session.send(text.text(), true);
            }
            case Frame.Ping ping -> session.ping(BufferData.empty());
            case Frame.Pong pong -> session.pong(BufferData.create(pong.payload()));
            case Frame.Close close -> session.close(close.code(), close.reason());
        }
    }
}
