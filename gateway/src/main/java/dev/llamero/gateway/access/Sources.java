package dev.llamero.gateway.access;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where requests come from. What {@code X-Forwarded-*} says counts only if the connection comes from a listed proxy,
 * since anybody can send it. Any thread.
 *
 * <p>Helidon tells neither a filter nor an upgrade all about the connection, so this listener remembers its peer for
 * the thread that serves it.
 */
public final class Sources implements Http1ConnectionListener {
    private static final HeaderName FORWARDED_FOR = HeaderNames.create("X-Forwarded-For");
    private static final HeaderName FORWARDED_PROTO = HeaderNames.create("X-Forwarded-Proto");
    /** Only literal addresses: a name would be looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]{2,45}");

    private static final int NETWORK_BYTES = 8;

    private final Set<String> trusted;
    private final ThreadLocal<InetAddress> peer = new ThreadLocal<>();

    /** @param trustedProxies addresses, no names */
    public Sources(List<String> trustedProxies) {
        trusted = trustedProxies.stream()
                .map(Sources::literal)
                .map(InetAddress::getHostAddress)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether this is an address in digits, as the setting wants it. */
    public static boolean isAddress(String text) {
        return literal(text) != null;
    }

    @Override
    public void prologue(ConnectionContext context, HttpPrologue prologue) {
        var remote = (InetSocketAddress) context.remotePeer().address();
        peer.set(remote.getAddress());
    }

    /** The source that failures of the calling thread's request are counted by. */
    String of(Headers headers) {
        InetAddress address = peer.get();
        List<String> hops = headers.all(FORWARDED_FOR, List::of).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList();
        // From the nearest hop on: what a listed proxy added is true, what came before it may not be.
        for (int i = hops.size() - 1; i >= 0 && isTrusted(address); i--) {
            InetAddress next = literal(hops.get(i));
            if (next == null) {
                break;
            }
            address = next;
        }
        return network(address);
    }

    /** Whether the browser speaks TLS, as a listed proxy says. */
    boolean isSecure(Headers headers) {
        return isTrusted(peer.get())
                && headers.first(FORWARDED_PROTO)
                        .filter(proto -> proto.strip().equalsIgnoreCase("https"))
                        .isPresent();
    }

    private boolean isTrusted(InetAddress address) {
        return address != null && trusted.contains(address.getHostAddress());
    }

    /** One home has a whole IPv6 network to come from, so its first 64 bits count. */
    private static String network(InetAddress address) {
        if (address instanceof Inet6Address) {
            return HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES);
        }
        return address == null ? "unknown" : address.getHostAddress();
    }

    /** An address; null for anything else. {@code ::ffff:1.2.3.4} becomes 1.2.3.4. */
    private static InetAddress literal(String text) {
        if (!LITERAL.matcher(text).matches() || !text.contains(":") && !text.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
