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
    static final Setting HOST = new Setting(
            "host",
            List.of("LLAMERO_PROXY_HOST"),
            "127.0.0.1",
            "Address to listen on. Beyond loopback everyone who reaches the port can use the models, so that needs"
                    + " api-key.");
    static final Setting PORT =
            new Setting("port", List.of("LLAMERO_PROXY_PORT"), "8080", "Port of the OpenAI API; 0 picks a free one.");
    static final Setting UPSTREAM = new Setting(
            "upstream",
            List.of("LLAMERO_PROXY_UPSTREAM"),
            "http://127.0.0.1:11434",
            "Base address of the model server, Llamero's inference or any Ollama.");
    static final Setting API_KEY = new Setting(
            "api-key",
            List.of("LLAMERO_API_KEY"),
            "",
            "Key that callers must send as Authorization: Bearer KEY. Prefer the environment or the file: flags show in"
                    + " the process list.");
    static final Setting CONNECT_TIMEOUT =
            new Setting("connect-timeout", List.of(), "5s", "Longest wait for a connection to the model server.");
    static final Setting FIRST_BYTE_TIMEOUT = new Setting(
            "first-byte-timeout",
            List.of(),
            "10m",
            "Longest wait for the first token. Loading a model and reading a long prompt happen in it: too short a"
                    + " value breaks long prompts.");
    static final Setting SILENCE_TIMEOUT = new Setting(
            "silence-timeout", List.of(), "2m", "Longest silence of the model server within a running answer.");
    static final Setting SLOW_CLIENT_TIMEOUT = new Setting(
            "slow-client-timeout",
            List.of(),
            "30s",
            "Longest time that a client may leave one piece of the answer unread, or one piece of its request unsent.");
    static final Setting MAX_BODY = new Setting(
            "max-body",
            List.of(),
            "32M",
            "Largest request body in bytes; images in base64 need room. Each running request may hold several times"
                    + " this in memory.");
    static final Setting GRACE = new Setting(
            "shutdown-grace",
            List.of(),
            "10s",
            "How long running answers may go on after a stop signal before they are ended with an error event.");
    static final Setting LOG_LEVEL = new Setting(
            "log-level",
            List.of("LLAMERO_LOG_LEVEL"),
            "info",
            "error, warn, info, debug or trace. Access lines are written at info.");

    static final List<Setting> ALL = List.of(
            HOST,
            PORT,
            UPSTREAM,
            API_KEY,
            CONNECT_TIMEOUT,
            FIRST_BYTE_TIMEOUT,
            SILENCE_TIMEOUT,
            SLOW_CLIENT_TIMEOUT,
            MAX_BODY,
            GRACE,
            LOG_LEVEL);

    private static final long MAX_BODY_MIN = 1024;
    private static final long MAX_BODY_MAX = 256L << 20;

    /**
     * Reads flags, environment and the section {@code proxy} of {@code llamero.yaml}, or of the file that
     * {@code LLAMERO_CONFIG} names.
     *
     * @throws SettingsException naming the setting and the remedy
     */
    public static ProxySettings read(List<String> arguments, Map<String, String> environment) {
        Path file = Path.of(environment.getOrDefault("LLAMERO_CONFIG", "llamero.yaml"));
        var reader = new SettingsReader("proxy", ALL, arguments, environment, file);
        var settings = new ProxySettings(
                host(reader),
                reader.integer(PORT, 0, 65_535).orElseThrow().intValue(),
                upstream(reader),
                new UpstreamDeadlines(
                        positive(reader, CONNECT_TIMEOUT),
                        positive(reader, FIRST_BYTE_TIMEOUT),
                        positive(reader, SILENCE_TIMEOUT)),
                reader.text(API_KEY),
                positive(reader, SLOW_CLIENT_TIMEOUT),
                maxBody(reader),
                positive(reader, GRACE),
                reader.required(LOG_LEVEL));
        if (!settings.host().isLoopbackAddress() && settings.apiKey().isEmpty()) {
            throw new SettingsException("setting host is " + reader.required(HOST)
                    + ", which other machines can reach, so setting api-key is needed: give LLAMERO_API_KEY, or listen"
                    + " on 127.0.0.1");
        }
        return settings;
    }

    private static InetAddress host(SettingsReader reader) {
        String host = reader.required(HOST);
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new SettingsException("setting host is \"" + host + "\", which is no address of this machine", e);
        }
    }

    private static UpstreamAddress upstream(SettingsReader reader) {
        try {
            return UpstreamAddress.parse(reader.required(UPSTREAM));
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
        long bytes = reader.bytes(MAX_BODY).orElseThrow();
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
