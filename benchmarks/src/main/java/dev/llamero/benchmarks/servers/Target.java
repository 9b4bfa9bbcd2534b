package dev.llamero.benchmarks.servers;

import java.net.URI;

/**
 * A server that answers now.
 *
 * @param name what the report calls it
 * @param kind how it is spoken to
 * @param address scheme, host and port; loopback only
 * @param model the model's name there
 * @param key sent as bearer token, or empty for none
 */
public record Target(String name, ServerKind kind, URI address, String model, String key) {
    public Target {
        requireLoopback(address);
    }

    static void requireLoopback(URI address) {
        String host = address.getHost();
        if (!"http".equals(address.getScheme()) || !("127.0.0.1".equals(host) || "localhost".equals(host))) {
            throw new IllegalArgumentException(
                    "load goes to this machine only, as http://127.0.0.1:PORT, not to " + address);
        }
    }

    /** The port, 80 where the address names none. */
    public int port() {
        return address.getPort() < 0 ? 80 : address.getPort();
    }
}
