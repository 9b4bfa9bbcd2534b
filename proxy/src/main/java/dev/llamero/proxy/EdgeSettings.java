package dev.llamero.proxy;

import dev.llamero.proxy.tls.TlsPlan;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the listener is made of; counts until the next start.
 *
 * @param httpPort of plain HTTP beside TLS, if there is one
 * @param http2 whether HTTP/2 is offered over TLS
 * @param corsOrigins of pages that may call; "*" for all
 */
record EdgeSettings(
        TlsPlan tls, Optional<Integer> httpPort, boolean http2, List<String> corsOrigins, ConnectionLimits limits) {
    private static final int PORT_MAX = 65_535;
    private static final int CONNECTIONS_MAX = 100_000;
    private static final long HEAD_MIN = 1024;
    private static final long HEAD_MAX = 1 << 20;

    /**
     * What one client may take of the listener.
     *
     * @param head longest time for a handshake and for the head of a request
     * @param body longest time for a body
     * @param idle longest time without a request
     * @param headBytes largest head
     * @param connections at once
     */
    record ConnectionLimits(Duration head, Duration body, Duration idle, int headBytes, int connections) {}

    static EdgeSettings read(SettingsReader reader) {
        TlsPlan tls = tls(reader);
        Optional<Integer> httpPort = httpPort(reader);
        if (httpPort.isPresent() && tls instanceof TlsPlan.Off) {
            throw new SettingsException("setting http-port is for plain HTTP beside TLS; set tls, or use port alone");
        }
        if (tls instanceof TlsPlan.Acme && httpPort.isEmpty()) {
            throw new SettingsException("setting tls is acme, and the CA asks on plain HTTP: set http-port to 80, or to"
                    + " the port that the public port 80 leads to");
        }
        return new EdgeSettings(
                tls, httpPort, reader.enabled(KnownEdgeSettings.HTTP2), origins(reader), limits(reader));
    }

    /** Names that a public CA has signed, which browsers may be told to reach by https only. */
    List<String> tlsNames() {
        return tls instanceof TlsPlan.Acme acme ? acme.names() : List.of();
    }

    /** Names of those that differ. */
    List<String> changedUntilNextStart(EdgeSettings next) {
        var names = new ArrayList<String>();
        Map.of(
                        "tls",
                        tls.equals(next.tls),
                        KnownEdgeSettings.HTTP_PORT.key(),
                        httpPort.equals(next.httpPort),
                        KnownEdgeSettings.HTTP2.key(),
                        http2 == next.http2,
                        KnownEdgeSettings.CORS_ORIGINS.key(),
                        corsOrigins.equals(next.corsOrigins),
                        "limits of connections",
                        limits.equals(next.limits))
                .forEach((name, same) -> {
                    if (!same) {
                        names.add(name);
                    }
                });
        return names;
    }

    private static ConnectionLimits limits(SettingsReader reader) {
        long headBytes = reader.bytes(KnownEdgeSettings.MAX_HEAD).orElseThrow();
        if (headBytes < HEAD_MIN || headBytes > HEAD_MAX) {
            throw new SettingsException("setting max-head must be from 1K to 1M");
        }
        return new ConnectionLimits(
                ProxySettings.positive(reader, KnownEdgeSettings.HEAD_TIMEOUT),
                ProxySettings.positive(reader, KnownEdgeSettings.BODY_TIMEOUT),
                ProxySettings.positive(reader, KnownEdgeSettings.KEEP_ALIVE_TIMEOUT),
                (int) headBytes,
                ProxySettings.integer(reader, KnownEdgeSettings.MAX_CONNECTIONS, 1, CONNECTIONS_MAX));
    }

    private static Optional<Integer> httpPort(SettingsReader reader) {
        boolean off = reader.required(KnownEdgeSettings.HTTP_PORT).equalsIgnoreCase("off");
        return off
                ? Optional.empty()
                : Optional.of(ProxySettings.integer(reader, KnownEdgeSettings.HTTP_PORT, 0, PORT_MAX));
    }

    private static List<String> origins(SettingsReader reader) {
        List<String> origins = reader.list(KnownEdgeSettings.CORS_ORIGINS);
        for (String origin : origins) {
            if (!origin.equals("*") && !origin.matches("https?://[A-Za-z0-9.\\[\\]:-]+")) {
                throw new SettingsException("setting cors-origins has \"" + origin
                        + "\", which is no origin: scheme, host and port, as in https://app.example:8443");
            }
        }
        return origins;
    }

    private static TlsPlan tls(SettingsReader reader) {
        String kind = reader.required(KnownEdgeSettings.TLS);
        List<String> names = reader.list(KnownEdgeSettings.TLS_NAMES);
        return switch (kind) {
            case "off" -> new TlsPlan.Off();
            case "files" ->
                new TlsPlan.Files(
                        needed(reader, KnownEdgeSettings.TLS_CERT), needed(reader, KnownEdgeSettings.TLS_KEY));
            case "local" -> new TlsPlan.Local(names, folder(reader, "ca"));
            case "acme" -> acme(reader, names);
            default ->
                throw new SettingsException("setting tls is \"" + kind + "\"; it must be off, files, acme or local");
        };
    }

    private static TlsPlan acme(SettingsReader reader, List<String> names) {
        if (names.isEmpty()) {
            throw new SettingsException(
                    "setting tls is acme, so tls-names must say which host names to get a" + " certificate for");
        }
        for (String name : names) {
            if (!TlsPlan.isPublicName(name) && !reader.isGiven(KnownEdgeSettings.ACME_DIRECTORY)) {
                throw new SettingsException(
                        "setting tls-names has \"" + name + "\", which no public CA signs; use tls local for it");
            }
        }
        String directory = reader.required(KnownEdgeSettings.ACME_DIRECTORY);
        if (!directory.startsWith("https://")) {
            throw new SettingsException("setting acme-directory must be an https address");
        }
        return new TlsPlan.Acme(
                names,
                URI.create(directory),
                reader.text(KnownEdgeSettings.ACME_EMAIL),
                reader.path(KnownEdgeSettings.ACME_ROOT),
                folder(reader, "acme"));
    }

    private static Path needed(SettingsReader reader, dev.llamero.settings.Setting setting) {
        return reader.path(setting)
                .orElseThrow(() ->
                        new SettingsException("setting tls is files, so " + setting.key() + " must name a PEM file"));
    }

    private static Path folder(SettingsReader reader, String name) {
        return reader.path(KnownEdgeSettings.TLS_FOLDER)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".llamero", name));
    }
}
