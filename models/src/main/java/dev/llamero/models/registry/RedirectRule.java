package dev.llamero.models.registry;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Where a registry may send us. Immutable; any thread.
 *
 * <p>A registry somewhere in the world must not make us ask services of this machine or its network (SSRF): a redirect
 * leads to a public address, or to the kind of address that the registry itself has. Nor may it take the encryption
 * away. Names are resolved here and once more when connecting; the JVM keeps the first answer for that long.
 */
final class RedirectRule {
    private final URI registry;
    private final Predicate<URI> direct;

    /** Kinds of addresses, from those that a redirect may always lead to. */
    private enum Kind {
        PUBLIC,
        PRIVATE,
        LINK_LOCAL,
        LOOPBACK
    }

    /** @param direct whether an address is connected to without a proxy, which would look for itself where it is */
    RedirectRule(URI registry, Predicate<URI> direct) {
        this.registry = registry;
        this.direct = direct;
    }

    /**
     * The target of a redirect.
     *
     * @param from the address that redirected
     * @param location its header; relative to that address or absolute
     * @throws RegistryException if it may not be followed
     */
    URI follow(URI from, String location) throws RegistryException {
        URI target;
        try {
            target = from.resolve(new URI(location));
        } catch (java.net.URISyntaxException | IllegalArgumentException e) {
            throw new RegistryException.Hostile("the registry redirects to what is no address: " + cut(location));
        }
        check(target);
        return target;
    }

    /** Checks an address that the registry gave. */
    void check(URI target) throws RegistryException {
        boolean http = "http".equals(target.getScheme()) || "https".equals(target.getScheme());
        if (!http || target.getHost() == null || target.getRawUserInfo() != null) {
            throw new RegistryException.Hostile("the registry redirects to what is no web address: " + shown(target));
        }
        if (registry.getScheme().equals("https") && target.getScheme().equals("http")) {
            throw new RegistryException.Hostile(
                    "the registry redirects from https to http, which is refused: " + shown(target));
        }
        if (target.getHost().equalsIgnoreCase(registry.getHost())) {
            return;
        }
        Kind kind = kind(target);
        boolean allowed = switch (kind) {
            case PUBLIC -> true;
            // A registry on this machine may keep its blobs elsewhere in the network.
            case PRIVATE -> kind(registry) == Kind.PRIVATE || kind(registry) == Kind.LOOPBACK;
            case LINK_LOCAL, LOOPBACK -> kind(registry) == kind;
        };
        if (!allowed) {
            throw new RegistryException.Hostile("the registry redirects to " + target.getHost()
                    + ", an address of this machine or its network, which is refused");
        }
    }

    /** The least public of a host's addresses counts. */
    private Kind kind(URI address) {
        String host = address.getHost().replaceAll("^\\[|\\]$", "");
        boolean literal = host.contains(":") || host.matches("[0-9.]+") || host.equalsIgnoreCase("localhost");
        if (!literal && !direct.test(address)) {
            return Kind.PUBLIC;
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .map(RedirectRule::kind)
                    .max(Kind::compareTo)
                    .orElse(Kind.PUBLIC);
        } catch (UnknownHostException e) {
            // Connecting will fail with its own words.
            return Kind.PUBLIC;
        }
    }

    private static Kind kind(InetAddress address) {
        if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
            return Kind.LOOPBACK;
        }
        if (address.isLinkLocalAddress() || address.isMulticastAddress()) {
            return Kind.LINK_LOCAL;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean uniqueLocal = bytes.length == 16 && (first & 0xfe) == 0xfc;
        boolean shared = bytes.length == 4 && first == 100 && (second & 0xc0) == 64;
        boolean reserved = bytes.length == 4 && (first == 0 || first >= 240);
        // An IPv4 address inside an IPv6 one (NAT64) reaches the same machine.
        boolean translated = bytes.length == 16 && first == 0 && second == 0x64 && (bytes[2] & 0xff) == 0xff;
        return address.isSiteLocalAddress() || uniqueLocal || shared || reserved || translated
                ? Kind.PRIVATE
                : Kind.PUBLIC;
    }

    private static String shown(URI target) {
        return cut(target.getScheme() + "://" + target.getHost());
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), 200)).replaceAll("\\p{Cntrl}", "?");
    }
}
