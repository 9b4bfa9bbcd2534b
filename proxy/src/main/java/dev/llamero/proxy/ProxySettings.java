package dev.llamero.proxy;

import dev.llamero.proxy.upstream.UpstreamAddress;
import dev.llamero.proxy.upstream.UpstreamDeadlines;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the proxy is told at start, read once. The table in {@code README.md} says the same.
 *
 * @param apiKey that callers must show; empty for none
 * @param slowClient longest time that one write to a client may take
 * @param maxBodyBytes of a request
 * @param grace that running answers get at a stop
 */
public record ProxySettings(
        InetAddress host,
        int port,
        UpstreamAddress upstream,
        UpstreamDeadlines deadlines,
        Optional<String> apiKey,
        Duration slowClient,
        long maxBodyBytes,
        Duration grace,
        String logLevel) {
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
                reader.integer(KnownSettings.PORT, 0, 65_535).orElseThrow().intValue(),
                upstream(reader),
                new UpstreamDeadlines(
                        positive(reader, KnownSettings.CONNECT_TIMEOUT),
                        positive(reader, KnownSettings.FIRST_BYTE_TIMEOUT),
                        positive(reader, KnownSettings.SILENCE_TIMEOUT)),
                reader.text(KnownSettings.API_KEY),
                positive(reader, KnownSettings.SLOW_CLIENT_TIMEOUT),
                maxBody(reader),
                positive(reader, KnownSettings.GRACE),
                reader.required(KnownSettings.LOG_LEVEL));
        if (!settings.host().isLoopbackAddress() && settings.apiKey().isEmpty()) {
            throw new SettingsException("setting host is " + reader.required(KnownSettings.HOST)
                    + ", which other machines can reach, so setting api-key is needed: give LLAMERO_API_KEY, or listen"
                    + " on 127.0.0.1");
        }
        return settings;
    }

    private static InetAddress host(SettingsReader reader) {
        String host = reader.required(KnownSettings.HOST);
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new SettingsException("setting host is \"" + host + "\", which is no address of this machine", e);
        }
    }

    private static UpstreamAddress upstream(SettingsReader reader) {
        try {
            return UpstreamAddress.parse(reader.required(KnownSettings.UPSTREAM));
        } catch (IllegalArgumentException e) {
            throw new SettingsException("setting upstream: " + e.getMessage(), e);
        }
    }

    private static Duration positive(SettingsReader reader, Setting setting) {
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

    /** All but the key, for the log. */
    @Override
    public String toString() {
        return "host " + host.getHostAddress() + ", port " + port + ", upstream " + upstream + ", api key "
                + (apiKey.isPresent() ? "required" : "none");
    }
}
