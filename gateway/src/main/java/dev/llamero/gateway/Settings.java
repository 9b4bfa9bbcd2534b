package dev.llamero.gateway;

import dev.llamero.gateway.access.Accounts;
import dev.llamero.gateway.access.Sources;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the gateway was told at start; read once, then handed to whoever needs a part of it.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param modelEndpoint base address of the proxy, without {@code /v1}
 * @param inferenceEndpoint base address of the inference server, asked for what the proxy does not pass on
 * @param dataDirectory where the chats are kept
 * @param model the model to ask, or empty for the first that the proxy lists
 * @param modelApiKey bearer token for the proxy, or empty
 * @param modelApiKeyFile file that holds it instead, or will, or empty
 * @param allowedOrigins further origins, such as {@code https://chat.example.org}, whose pages may use the gateway
 * @param token of the account {@code local}, or empty
 * @param trustedProxies addresses whose {@code X-Forwarded-*} count
 * @param silenceTimeout longest wait for the next byte of an answer; must outlast the prefill of a long prompt
 * @param retryFor how long a broken answer is asked for again while nothing comes; zero never asks again
 * @param automaticTitles whether the model is asked for a title after the first answer
 * @param adminPort port of the figures, or empty for none
 * @param turnLog file of the business log, or empty
 * @param logLevel error, warn, info, debug or trace
 */
public record Settings(
        String host,
        int port,
        URI modelEndpoint,
        URI inferenceEndpoint,
        Path dataDirectory,
        Optional<String> model,
        Optional<String> modelApiKey,
        Optional<Path> modelApiKeyFile,
        List<String> allowedOrigins,
        Optional<String> token,
        List<String> trustedProxies,
        Duration silenceTimeout,
        Duration retryFor,
        boolean automaticTitles,
        OptionalInt adminPort,
        Optional<Path> turnLog,
        String logLevel) {
    static final Setting HOST = new Setting(
            "host",
            List.of(),
            "127.0.0.1",
            "Address to listen on. Beyond loopback everybody must sign in with a token, and allowed-origins must name"
                    + " the address that people open.");
    static final Setting PORT = new Setting(
            "port",
            List.of("LLAMERO_GATEWAY_PORT", "CLAWDBOT_PORT", "CLAWDBOT_GATEWAY_PORT", "OPENCLAW_GATEWAY_PORT"),
            "18789",
            "Port for the page, the WebSocket and the API.");
    static final Setting MODEL_ENDPOINT = new Setting(
            "model-endpoint",
            List.of("LLAMERO_MODEL_ENDPOINT", "CLAWDBOT_MODEL_ENDPOINT"),
            "http://127.0.0.1:8080",
            "Base address of the proxy, or of any server that speaks OpenAI's chat completions.");
    static final Setting INFERENCE_ENDPOINT = new Setting(
            "inference-endpoint",
            List.of("LLAMERO_INFERENCE_ENDPOINT"),
            "http://127.0.0.1:11434",
            "Base address of the inference server, for what the proxy does not pass on: sizes of models, pulls,"
                    + " /debug.");
    static final Setting DATA_DIRECTORY = new Setting(
            "data-dir",
            List.of("LLAMERO_GATEWAY_DATA"),
            "~/.llamero/gateway",
            "Directory of the chat database; deleting it deletes all chats.");
    static final Setting MODEL = new Setting(
            "model",
            List.of("LLAMERO_GATEWAY_MODEL"),
            "",
            "Model to ask. When not set, the first one that the proxy lists.");
    static final Setting MODEL_API_KEY = new Setting(
            "model-api-key",
            List.of("LLAMERO_MODEL_API_KEY"),
            "",
            "Key that is sent to the proxy as a bearer token, if the proxy wants one.");
    static final Setting MODEL_API_KEY_FILE = new Setting(
            "model-api-key-file",
            List.of("LLAMERO_MODEL_API_KEY_FILE"),
            "",
            "File that holds this key instead, read anew for each request; it may come later. ./llamero up sets it.");
    static final Setting ALLOWED_ORIGINS = new Setting(
            "allowed-origins",
            List.of("LLAMERO_GATEWAY_ORIGINS"),
            "",
            "Further origins under which people open the gateway, separated by commas, such as"
                    + " https://chat.example.org. Then everybody must sign in.");
    static final Setting TOKEN = new Setting(
            "token",
            List.of("LLAMERO_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_TOKEN"),
            "",
            "Token of the account local, 16 to 200 characters; with it everybody must sign in. When not set and"
                    + " needed, one is made at the first start and shown once.");
    static final Setting TRUSTED_PROXIES = new Setting(
            "trusted-proxies",
            List.of("LLAMERO_GATEWAY_TRUSTED_PROXIES"),
            "",
            "Addresses of reverse proxies in front, separated by commas; only from these X-Forwarded-For and"
                    + " X-Forwarded-Proto are believed.");
    static final Setting SILENCE_TIMEOUT = new Setting(
            "silence-timeout",
            List.of("LLAMERO_GATEWAY_SILENCE_TIMEOUT"),
            "15m",
            "Longest wait for the next byte of an answer, as a duration; must outlast loading a model and reading a"
                    + " long prompt.");
    static final Setting RETRY_FOR = new Setting(
            "retry-for",
            List.of("LLAMERO_GATEWAY_RETRY_FOR"),
            "60s",
            "How long an answer that broke off is asked for again while nothing comes, as a duration; 0s fails at"
                    + " once.");
    static final Setting AUTOMATIC_TITLES = new Setting(
            "automatic-titles",
            List.of("LLAMERO_GATEWAY_AUTOMATIC_TITLES"),
            "true",
            "Whether the model is asked for a title after the first answer of a chat; else the first words stay.");
    static final Setting ADMIN_PORT = new Setting(
            "admin-port",
            List.of("LLAMERO_GATEWAY_ADMIN_PORT"),
            "18790",
            "Port of /metrics for Prometheus, on 127.0.0.1 only; 0 picks a free one, off has none. If the default is"
                    + " taken, the gateway runs without it.");
    static final Setting TURN_LOG = new Setting(
            "turn-log",
            List.of("LLAMERO_GATEWAY_TURN_LOG"),
            "",
            "File that gets one line per answered question: user, session, turn, tokens, outcome, no text. The log on"
                    + " standard error has the same line.");
    static final Setting LOG_LEVEL =
            new Setting("log-level", List.of("LLAMERO_LOG_LEVEL"), "info", "One of error, warn, info, debug, trace.");

    /** All that the gateway can be told, in the order of the README's table. */
    static final List<Setting> ALL = List.of(
            HOST,
            PORT,
            MODEL_ENDPOINT,
            INFERENCE_ENDPOINT,
            DATA_DIRECTORY,
            MODEL,
            MODEL_API_KEY,
            MODEL_API_KEY_FILE,
            ALLOWED_ORIGINS,
            TOKEN,
            TRUSTED_PROXIES,
            SILENCE_TIMEOUT,
            RETRY_FOR,
            AUTOMATIC_TITLES,
            ADMIN_PORT,
            TURN_LOG,
            LOG_LEVEL);

    private static final Duration RETRY_FOR_MAX = Duration.ofHours(1);
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    /**
     * Reads flags, environment and the file.
     *
     * @throws SettingsException naming the setting that is wrong and how to mend it
     */
    public static Settings read(List<String> arguments, Map<String, String> environment) {
        Path file = SettingsReader.file(environment);
        var reader = new SettingsReader("gateway", ALL, arguments, environment, file);
        var settings = new Settings(
                reader.required(HOST),
                reader.integer(PORT, 0, 65535).orElseThrow().intValue(),
                endpoint(MODEL_ENDPOINT, reader.required(MODEL_ENDPOINT)),
                endpoint(INFERENCE_ENDPOINT, reader.required(INFERENCE_ENDPOINT)),
                reader.path(DATA_DIRECTORY).orElseThrow(),
                reader.text(MODEL),
                reader.text(MODEL_API_KEY),
                reader.path(MODEL_API_KEY_FILE),
                reader.list(ALLOWED_ORIGINS).stream().map(Settings::origin).toList(),
                reader.text(TOKEN).map(Settings::token),
                reader.list(TRUSTED_PROXIES).stream()
                        .map(Settings::proxyAddress)
                        .toList(),
                reader.duration(SILENCE_TIMEOUT).orElseThrow(),
                reader.duration(RETRY_FOR).orElseThrow(),
                reader.enabled(AUTOMATIC_TITLES),
                adminPort(reader),
                reader.path(TURN_LOG),
                reader.required(LOG_LEVEL));
        if (settings.silenceTimeout().compareTo(Duration.ofSeconds(1)) < 0) {
            throw new SettingsException("setting silence-timeout must be at least 1s");
        }
        if (settings.retryFor().isNegative() || settings.retryFor().compareTo(RETRY_FOR_MAX) > 0) {
            throw new SettingsException("setting retry-for must be from 0s to " + RETRY_FOR_MAX.toHours() + "h");
        }
        if (!LOOPBACK.contains(settings.host()) && settings.allowedOrigins().isEmpty()) {
            throw new SettingsException("setting host is " + settings.host()
                    + ", which others can reach: say under which address they open the gateway by setting"
                    + " allowed-origins, such as http://192.168.1.20:" + settings.port()
                    + ", or leave host at 127.0.0.1");
        }
        return settings;
    }

    /** Takes {@code http://host:port}, also with {@code /v1} or the whole path behind it, as people paste it. */
    private static URI endpoint(Setting setting, String value) {
        String base = value.strip()
                .replaceFirst("(?<![:/])/+$", "")
                .replaceFirst("/chat/completions$", "")
                .replaceFirst("/v1$", "")
                .replaceFirst("(?<![:/])/+$", "");
        try {
            URI uri = new URI(base.contains("://") ? base : "http://" + base);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getQuery() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new SettingsException(wrongAddress(setting, value), e);
        }
        throw new SettingsException(wrongAddress(setting, value));
    }

    private static String wrongAddress(Setting setting, String value) {
        return "setting " + setting.key() + " is \"" + value + "\", which is not an address such as "
                + setting.fallback();
    }

    private static OptionalInt adminPort(SettingsReader reader) {
        return reader.text(ADMIN_PORT).filter("off"::equals).isPresent()
                ? OptionalInt.empty()
                : OptionalInt.of(
                        reader.integer(ADMIN_PORT, 0, 65535).orElseThrow().intValue());
    }

    /** Whether the port of the figures was left to us, so that a taken one is no mistake of the user's. */
    boolean isDefaultAdminPort() {
        return adminPort.isPresent() && Integer.toString(adminPort.getAsInt()).equals(ADMIN_PORT.fallback());
    }

    private static String token(String value) {
        if (value.length() < Accounts.TOKEN_CHARS_MIN || value.length() > Accounts.TOKEN_CHARS_MAX) {
            throw new SettingsException("setting token must have " + Accounts.TOKEN_CHARS_MIN + " to "
                    + Accounts.TOKEN_CHARS_MAX + " characters; leave it out and one is made");
        }
        return value;
    }

    private static String proxyAddress(String value) {
        if (!Sources.isAddress(value)) {
            throw new SettingsException(
                    "setting trusted-proxies holds \"" + value + "\", which is not an address such as 127.0.0.1");
        }
        return value;
    }

    private static String origin(String value) {
        String origin = value.toLowerCase(Locale.ROOT).replaceFirst("(?<![:/])/+$", "");
        if (!origin.matches("https?://[a-z0-9.\\-]+(:\\d{1,5})?|https?://\\[[0-9a-f:]+](:\\d{1,5})?")) {
            throw new SettingsException("setting allowed-origins holds \"" + value
                    + "\", which is not an origin such as https://chat.example.org");
        }
        return origin;
    }

    /** Whether others than this machine's user may reach the gateway: by its address, or through a proxy in front. */
    boolean isExposed() {
        return !LOOPBACK.contains(host) || !allowedOrigins.isEmpty();
    }

    /** Names of former products that are set, each with what it is called now; one line each. */
    static List<String> oldNames(Map<String, String> environment) {
        return ALL.stream()
                .flatMap(setting -> setting.environment().stream()
                        .filter(name -> name.startsWith("CLAWDBOT_") || name.startsWith("OPENCLAW_"))
                        .filter(name -> !environment.getOrDefault(name, "").isBlank())
                        .map(name -> name + " still works; its name is "
                                + setting.environment().getFirst() + " now, or " + setting.key()
                                + " in llamero.yaml (section gateway)"))
                .toList();
    }

    /** One line for the log, without the key. */
    String printed() {
        return "host=" + host + " port=" + port + " model-endpoint=" + modelEndpoint + " inference-endpoint="
                + inferenceEndpoint + " data-dir=" + dataDirectory + " model=" + model.orElse("(first listed)")
                + " model-api-key=" + (modelApiKey.isPresent() ? "(set)" : "(none)") + " model-api-key-file="
                + modelApiKeyFile.map(Path::toString).orElse("(none)") + " allowed-origins="
                + allowedOrigins + " token=" + (token.isPresent() ? "(set)" : "(none)") + " trusted-proxies="
                + trustedProxies + " silence-timeout=" + silenceTimeout.toSeconds() + "s retry-for="
                + retryFor.toSeconds() + "s automatic-titles=" + automaticTitles + " admin-port="
                + (adminPort.isPresent() ? adminPort.getAsInt() : "off") + " turn-log="
                + turnLog.map(Path::toString).orElse("(none)") + " log-level=" + logLevel;
    }

    /** A record would print the key. */
    @Override
    public String toString() {
        return "Settings[" + printed() + "]";
    }
}
