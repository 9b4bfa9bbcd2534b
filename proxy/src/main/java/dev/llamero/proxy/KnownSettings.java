package dev.llamero.proxy;

import dev.llamero.settings.Setting;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every setting of the proxy with its default, unit and danger; the table in {@code README.md} is checked against it.
 */
final class KnownSettings {
    static final Setting HOST = new Setting(
            "host",
            List.of("LLAMERO_PROXY_HOST"),
            "127.0.0.1",
            "Address to listen on. Beyond loopback everyone who reaches the port can use the models, so that needs"
                    + " a key.");
    static final Setting PORT =
            new Setting("port", List.of("LLAMERO_PROXY_PORT"), "8080", "Port of the OpenAI API; 0 picks a free one.");
    static final Setting ADMIN_PORT = new Setting(
            "admin-port",
            List.of("LLAMERO_PROXY_ADMIN_PORT"),
            "8079",
            "Port for health, state and reload, on 127.0.0.1 only; 0 picks a free one, off has none. If the default is"
                    + " taken, the proxy runs without it.");
    static final Setting UPSTREAM = new Setting(
            "upstream",
            List.of("LLAMERO_PROXY_UPSTREAM"),
            "http://127.0.0.1:11434",
            "Base address of the one model server: Llamero's inference, Ollama, llama-server, vLLM.");
    static final Setting UPSTREAM_KIND = new Setting(
            "upstream-kind",
            List.of("LLAMERO_PROXY_UPSTREAM_KIND"),
            "auto",
            "API of that server: ollama, openai, or auto, which asks it.");
    static final Setting UPSTREAM_API_KEY = new Setting(
            "upstream-api-key",
            List.of("LLAMERO_UPSTREAM_API_KEY"),
            "",
            "Key that the proxy shows to that server. Prefer the environment or upstream-api-key-file: flags show in"
                    + " the process list.");
    static final Setting UPSTREAM_API_KEY_FILE = new Setting(
            "upstream-api-key-file",
            List.of("LLAMERO_UPSTREAM_API_KEY_FILE"),
            "",
            "File that holds this key and nothing else.");
    static final Setting UPSTREAMS = new Setting(
            "upstreams",
            List.of("LLAMERO_PROXY_UPSTREAMS"),
            "",
            "Several model servers, instead of upstream: a list of maps with the fields url, name, kind and so on.");
    static final Setting ALIASES = new Setting(
            "aliases",
            List.of("LLAMERO_PROXY_ALIASES"),
            "",
            "Names for callers, each with the model that is meant: {gpt-4o: qwen3:32b}. A model of the same name"
                    + " wins.");
    static final Setting API_KEY = new Setting(
            "api-key",
            List.of("LLAMERO_API_KEY"),
            "",
            "One key for all callers, who send it as Authorization: Bearer KEY. Prefer the environment or the file:"
                    + " flags show in the process list.");
    static final Setting KEYS_FILE = new Setting(
            "keys-file",
            List.of("LLAMERO_KEYS_FILE"),
            "~/.llamero/keys.json",
            "Keys with names, limits and budgets, as llamero key writes them; a change counts within a second or two."
                    + " Once the file is there, every caller must show a key.");
    static final Setting GATEWAY_KEY_FILE = new Setting(
            "gateway-key-file",
            List.of("LLAMERO_GATEWAY_KEY_FILE"),
            "",
            "File in which the proxy keeps a key of its own making for the chat page, as long as there is a keys file."
                    + " ./llamero up sets it.");
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
    static final Setting HEALTH_INTERVAL = new Setting(
            "health-interval",
            List.of(),
            "10s",
            "Time between two looks at a server's list of models, give or take a fifth. A server whose last look failed"
                    + " is used last.");
    static final Setting BREAKER_FAILURES = new Setting(
            "breaker-failures",
            List.of(),
            "5",
            "Failures in a row after which a server is left alone: no connection, no answer in time, an answer cut or"
                    + " garbled, status 502 or 504, and 500 where the model has another server.");
    static final Setting BREAKER_PAUSE = new Setting(
            "breaker-pause",
            List.of(),
            "1s",
            "How long a server is left alone before one request probes it; each failed probe doubles it, up to 32"
                    + " times.");
    static final Setting RETRIES = new Setting(
            "retries",
            List.of(),
            "2",
            "Other servers that are tried when one cannot be reached or is busy, before the first byte of an answer."
                    + " One that broke off is replaced once, since the request may be what breaks it.");
    static final Setting QUEUE_MAX = new Setting(
            "queue-max",
            List.of(),
            "256",
            "Requests that may wait while all servers of a model are at max-concurrent.");
    static final Setting QUEUE_TIMEOUT =
            new Setting("queue-timeout", List.of(), "30s", "Longest wait for a place at a server.");
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

    private static final List<Setting> OWN = List.of(
            HOST,
            PORT,
            ADMIN_PORT,
            UPSTREAM,
            UPSTREAM_KIND,
            UPSTREAM_API_KEY,
            UPSTREAM_API_KEY_FILE,
            UPSTREAMS,
            ALIASES,
            API_KEY,
            KEYS_FILE,
            GATEWAY_KEY_FILE,
            CONNECT_TIMEOUT,
            FIRST_BYTE_TIMEOUT,
            SILENCE_TIMEOUT,
            HEALTH_INTERVAL,
            BREAKER_FAILURES,
            BREAKER_PAUSE,
            RETRIES,
            QUEUE_MAX,
            QUEUE_TIMEOUT,
            SLOW_CLIENT_TIMEOUT,
            MAX_BODY,
            GRACE,
            LOG_LEVEL);

    static final List<Setting> ALL =
            Stream.concat(OWN.stream(), KnownEdgeSettings.ALL.stream()).toList();

    private KnownSettings() {}
}
