package dev.llamero.gateway.ws;

import dev.llamero.gateway.access.Caller;
import dev.llamero.gateway.access.Gate;
import dev.llamero.gateway.chat.ChatEvent;
import dev.llamero.gateway.web.OriginGuard;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pages that are open. Tells them what happens, notices those that are gone. Any thread; nothing here blocks, since
 * events come from within the chats' lock.
 */
public final class Browsers {
    /** Pages of one account, generously; each costs an outbox and two virtual threads. */
    public static final int SOCKETS_OF_ONE_MAX = 64;
    /** Pages of all. */
    static final int SOCKETS_MAX = 256;

    static final long PING_NANOS = 20_000_000_000L;
    /** Two pings unanswered and a little more. */
    static final long SILENCE_NANOS_MAX = 45_000_000_000L;
    /** The page takes a longer silence for a dead connection. */
    static final long TICK_NANOS = 10_000_000_000L;

    /** The page knows by this that it must sign in again. */
    private static final String SIGN_IN = "sign in again";

    private static final int GOING_AWAY = 1001;
    private static final long FAREWELL_NANOS_MAX = 1_000_000_000L;
    private static final Duration FAREWELL_LOOK = Duration.ofMillis(5);
    private static final System.Logger LOG = System.getLogger(Browsers.class.getName());

    private static final int POLICY_VIOLATION = 1008;

    private final OriginGuard guard;
    private final Gate gate;
    private final UserRates rates = new UserRates(System::nanoTime);
    private final Set<ChatSocket> sockets = ConcurrentHashMap.newKeySet();
    private long pingedNanos = System.nanoTime();
    private long tickedNanos = System.nanoTime();

    public Browsers(OriginGuard guard, Gate gate) {
        this.guard = guard;
        this.gate = gate;
    }

    OriginGuard guard() {
        return guard;
    }

    UserRates rates() {
        return rates;
    }

    Gate gate() {
        return gate;
    }

    /** Why there is no room for another page of a caller's; empty if there is. */
    Optional<String> refusal(Caller caller) {
        if (countOf(caller) >= SOCKETS_OF_ONE_MAX) {
            return Optional.of("you have " + SOCKETS_OF_ONE_MAX + " pages open already; close one");
        }
        return sockets.size() < SOCKETS_MAX
                ? Optional.empty()
                : Optional.of("the gateway has " + SOCKETS_MAX + " pages open already; try again later");
    }

    private long countOf(Caller caller) {
        return sockets.stream()
                .filter(socket -> socket.caller().name().equals(caller.name()))
                .count();
    }

    boolean add(ChatSocket socket) {
        sockets.add(socket);
        return sockets.size() <= SOCKETS_MAX && countOf(socket.caller()) <= SOCKETS_OF_ONE_MAX;
    }

    void remove(ChatSocket socket) {
        sockets.remove(socket);
    }

    public int count() {
        return sockets.size();
    }

    /**
     * Passes an event to those whom it concerns: what is told of a turn to who looks at the conversation, the rest to
     * all pages of the owner.
     *
     * @param owner whose pages; empty for everybody's
     */
    public void publish(String owner, ChatEvent event) {
        String json = Protocol.write(Protocol.event(event));
        for (ChatSocket socket : sockets) {
            boolean meant = owner.isEmpty() || socket.owner().equals(owner);
            if (meant && (event.watched().isEmpty() || socket.watches(event.watched()))) {
                if (event instanceof ChatEvent.TurnEnded ended) {
                    socket.sendEnd(json, ended.turnId());
                } else {
                    socket.sendText(json);
                }
            }
        }
    }

    /** Called several times a second: pings, ticks, and drops who is silent or stuck. */
    public synchronized void beat(long nowNanos) {
        boolean ping = nowNanos - pingedNanos >= PING_NANOS;
        boolean tick = nowNanos - tickedNanos >= TICK_NANOS;
        pingedNanos = ping ? nowNanos : pingedNanos;
        tickedNanos = tick ? nowNanos : tickedNanos;
        String tickJson = Protocol.write(new ServerMessage.Event("tick", Map.of()));
        for (ChatSocket socket : sockets) {
            if (nowNanos - socket.heardNanos() > SILENCE_NANOS_MAX || socket.isStuck(nowNanos)) {
                LOG.log(Level.INFO, "a browser is gone without a word");
                socket.hangUp();
                continue;
            }
            if (!gate.stands(socket.caller())) {
                socket.drop(POLICY_VIOLATION, SIGN_IN);
                continue;
            }
            if (ping) {
                socket.ping();
            }
            if (tick) {
                socket.sendText(tickJson);
            }
        }
    }

    /** Closes the pages of one sign-in. */
    public void signedOut(Caller caller) {
        for (ChatSocket socket : sockets) {
            if (socket.caller().equals(caller)) {
                socket.drop(POLICY_VIOLATION, SIGN_IN);
            }
        }
    }

    /** Tells all pages that the gateway ends; they come back by themselves. */
    public void close() {
        for (ChatSocket socket : sockets) {
            socket.close(GOING_AWAY, "the gateway is shutting down");
        }
        awaitFarewells();
    }

    /** The server closes the sockets next: a page that has not answered by then would see its connection break. */
    private void awaitFarewells() {
        long end = System.nanoTime() + FAREWELL_NANOS_MAX;
        try {
            while (!sockets.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(FAREWELL_LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
