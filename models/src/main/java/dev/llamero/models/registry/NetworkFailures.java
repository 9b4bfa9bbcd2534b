package dev.llamero.models.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Words for a request that got no reply: those that Ollama's clients know, where Go has some. */
final class NetworkFailures {
    private NetworkFailures() {}

    /** What goes before each of them. */
    static String prefix(HttpRequest request) {
        String method =
                request.method().charAt(0) + request.method().substring(1).toLowerCase(Locale.ROOT);
        return method + " \"" + request.uri() + "\": ";
    }

    static RegistryException of(HttpRequest request, Throwable cause) {
        return new RegistryException(prefix(request) + words(request.uri(), cause), cause);
    }

    private static String words(URI address, Throwable cause) {
        if (is(cause, UnresolvedAddressException.class) || is(cause, UnknownHostException.class)) {
            return "dial tcp: lookup " + address.getHost() + ": no such host";
        }
        if (is(cause, HttpConnectTimeoutException.class)) {
            return "dial tcp " + dialled(address) + ": i/o timeout";
        }
        if (is(cause, ConnectException.class)) {
            return "dial tcp " + dialled(address) + ": connect: " + connectWords(cause);
        }
        if (cause instanceof SSLException
                && text(cause).toLowerCase(Locale.ROOT).contains("unrecognized ssl message")) {
            return "http: server gave HTTP response to HTTPS client";
        }
        if (cause instanceof SSLException) {
            return "tls: " + text(cause);
        }
        if (text(cause).contains("body exceeds capacity")) {
            return "the answer is larger than such an answer may be";
        }
        return text(cause);
    }

    private static String connectWords(Throwable cause) {
        String text = text(cause).toLowerCase(Locale.ROOT);
        if (text.contains("unreachable")) {
            return text.contains("host") ? "no route to host" : "network is unreachable";
        }
        if (text.contains("no route")) {
            return "no route to host";
        }
        return "connection refused";
    }

    private static boolean is(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return true;
            }
        }
        return false;
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static String dialled(URI address) {
        int port =
                address.getPort() >= 0 ? address.getPort() : address.getScheme().equals("https") ? 443 : 80;
        try {
            String ip = InetAddress.getByName(address.getHost()).getHostAddress();
            return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
        } catch (UnknownHostException e) {
            return address.getHost() + ":" + port;
        }
    }

    /** Whether writing failed since the disk is full. */
    static boolean isDiskFull(IOException failure) {
        String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("not enough space") || text.contains("quota exceeded");
    }
}
