package dev.llamero.proxy;

import dev.llamero.settings.Setting;
import java.util.List;

/**
 * Every setting of the proxy with its default, unit and danger; the table in {@code README.md} is checked against it.
 */
final class KnownSettings {
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
            "16M",
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

    private KnownSettings() {}
}
