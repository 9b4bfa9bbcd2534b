package dev.llamero.models.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The HTTP proxies that {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} name, read as Go does: the names
 * also in lower case, this machine itself never over a proxy. Immutable; any thread.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<Proxy> NONE = List.of(Proxy.NO_PROXY);
    private static final System.Logger LOG = System.getLogger(EnvironmentProxies.class.getName());

    private final Map<String, List<Proxy>> byScheme;
    private final List<String> exceptions;

    EnvironmentProxies(Map<String, String> environment) {
        this.byScheme = Map.of(
                "http", proxy(value(environment, "HTTP_PROXY")), "https", proxy(value(environment, "HTTPS_PROXY")));
        this.exceptions = Arrays.stream(value(environment, "NO_PROXY").split(","))
                .map(text -> text.strip().toLowerCase(Locale.ROOT))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static String value(Map<String, String> environment, String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isBlank() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
    }

    private static List<Proxy> proxy(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        try {
            URI address = URI.create(text.contains("://") ? text.strip() : "http://" + text.strip());
            if (address.getHost() != null) {
                int port = address.getPort() < 0 ? 80 : address.getPort();
                return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.getHost(), port)));
            }
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.DEBUG, "a proxy's address cannot be read", e);
        }
        LOG.log(System.Logger.Level.WARNING, "a proxy of the environment is no address, and is not used");
        return NONE;
    }

    boolean isDirect(URI address) {
        return select(address).equals(NONE);
    }

    @Override
    public List<Proxy> select(URI address) {
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        boolean own = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
        return own || exceptions.stream().anyMatch(exception -> covers(exception, host))
                ? NONE
                : byScheme.getOrDefault(address.getScheme(), NONE);
    }

    private static boolean covers(String exception, String host) {
        String name = exception.startsWith("*.") ? exception.substring(2) : exception.replaceFirst("^\\.", "");
        return exception.equals("*") || host.equals(name) || host.endsWith("." + name);
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
        LOG.log(System.Logger.Level.DEBUG, "the proxy " + proxy + " does not answer", failure);
    }
}
