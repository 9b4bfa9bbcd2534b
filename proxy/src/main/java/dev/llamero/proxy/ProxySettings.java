package dev.llamero.proxy;

import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the proxy is told at start. The table in {@code README.md} says the same.
 *
 * @param adminPort empty for no admin listener
 * @param adminPortGiven whether somebody asked for that port, as opposed to the default
 * @param live what a reload may change; all else counts until the next start
 * @param slowClient longest time that one write to a client may take
 * @param maxBodyBytes of a request
 * @param grace that running answers get at a stop
 * @param edge TLS, limits of connections, pages that may call
 */
public record ProxySettings(
        InetAddress host,
        int port,
        Optional<Integer> adminPort,
        boolean adminPortGiven,
        LiveSettings live,
        Duration slowClient,
        long maxBodyBytes,
        Duration grace,
        EdgeSettings edge,
        String logLevel) {
    private static final int PORT_MAX = 65_535;
    private static final long MAX_BODY_MIN = 1024;
    private static final long MAX_BODY_MAX = 256L << 20;

    /**
     * Reads flags, environment and the section {@code proxy} of {@code llamero.yaml}, or of the file that
     * {@code LLAMERO_CONFIG} names.
     *
     * @throws SettingsException naming the setting and the remedy
     */
    public static ProxySettings read(List<String> arguments, Map<String, String> environment) {
        Path file = SettingsReader.file(environment);
        var reader = new SettingsReader("proxy", KnownSettings.ALL, arguments, environment, file);
        var settings = new ProxySettings(
                host(reader),
                integer(reader, KnownSettings.PORT, 0, PORT_MAX),
                adminPort(reader),
                reader.isGiven(KnownSettings.ADMIN_PORT),
                LiveSettings.read(reader),
                positive(reader, KnownSettings.SLOW_CLIENT_TIMEOUT),
                maxBody(reader),
                positive(reader, KnownSettings.GRACE),
                EdgeSettings.read(reader),
                reader.required(KnownSettings.LOG_LEVEL));
        settings.live().check(settings);
        return settings;
    }

    /** Where the keys are for the same settings. */
    public static Path keysFile(List<String> arguments, Map<String, String> environment) {
        Path file = SettingsReader.file(environment);
        return new SettingsReader("proxy", KnownSettings.ALL, arguments, environment, file)
                .path(KnownSettings.KEYS_FILE)
                .orElseThrow();
    }

    private static InetAddress host(SettingsReader reader) {
        String host = reader.required(KnownSettings.HOST);
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new SettingsException("setting host is \"" + host + "\", which is no address of this machine", e);
        }
    }

    private static Optional<Integer> adminPort(SettingsReader reader) {
        boolean off = reader.required(KnownSettings.ADMIN_PORT).equalsIgnoreCase("off");
        return off ? Optional.empty() : Optional.of(integer(reader, KnownSettings.ADMIN_PORT, 0, PORT_MAX));
    }

    static int integer(SettingsReader reader, Setting setting, int min, int max) {
        return reader.integer(setting, min, max).orElseThrow().intValue();
    }

    static Duration positive(SettingsReader reader, Setting setting) {
        Duration duration = reader.duration(setting).orElseThrow();
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            throw new SettingsException("setting " + setting.key() + " must be longer than nothing");
        }
        return duration;
    }

    private static long maxBody(SettingsReader reader) {
        long bytes = reader.bytes(KnownSettings.MAX_BODY).orElseThrow();
        if (bytes < MAX_BODY_MIN || bytes > MAX_BODY_MAX) {
            throw new SettingsException("setting max-body must be from 1K to 256M");
        }
        return bytes;
    }

    /** Names of those settings that a reload cannot change, and that differ. */
    List<String> changedUntilNextStart(ProxySettings next) {
        var names = new ArrayList<String>();
        Map.of(
                        KnownSettings.HOST, host.equals(next.host),
                        KnownSettings.PORT, port == next.port,
                        KnownSettings.ADMIN_PORT, adminPort.equals(next.adminPort),
                        KnownSettings.SLOW_CLIENT_TIMEOUT, slowClient.equals(next.slowClient),
                        KnownSettings.MAX_BODY, maxBodyBytes == next.maxBodyBytes,
                        KnownSettings.GRACE, grace.equals(next.grace),
                        KnownSettings.LOG_LEVEL, logLevel.equals(next.logLevel))
                .forEach((setting, same) -> {
                    if (!same) {
                        names.add(setting.key());
                    }
                });
        names.addAll(edge.changedUntilNextStart(next.edge));
        return names.stream().sorted().toList();
    }

    /** All but the keys, for the log. */
    @Override
    public String toString() {
        return "host " + host.getHostAddress() + ", port " + port + ", " + live;
    }
}
