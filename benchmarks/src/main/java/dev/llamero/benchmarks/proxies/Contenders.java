package dev.llamero.benchmarks.proxies;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who takes part, and how each is set up. Pure but for looking for Caddy. */
final class Contenders {
    static final String DIRECT = "direct";
    static final String CADDY = "Caddy";
    static final String OURS = "Llamero";

    private static final String CADDYFILE = "{\\n admin off\\n auto_https off\\n}\\n"
            + "http://127.0.0.1:{port} {\\n bind 127.0.0.1\\n reverse_proxy {upstream}\\n}\\n";
    private static final String KEY = "key-of-the-benchmark";

    private Contenders() {}

    /** The way without a proxy. */
    static Contender.Plan direct(int upstreamPort) {
        return new Contender.Plan(DIRECT, List.of(), upstreamPort, "", Map.of());
    }

    /** Debian's Caddy as a plain pass-through, if it is installed. */
    static Optional<Contender.Plan> caddy() {
        return onPath("caddy")
                .map(program -> new Contender.Plan(
                        CADDY,
                        List.of("sh", "-c", "printf '" + CADDYFILE + "' > Caddyfile && exec " + program + " run"),
                        0,
                        "",
                        // Where Caddy keeps its own files; not those of the user.
                        Map.of("HOME", ".", "XDG_DATA_HOME", ".", "XDG_CONFIG_HOME", ".")));
    }

    /** Ours with all that it does switched on: key, ids, access line to a file, translation from Ollama's dialect. */
    static Contender.Plan ours() {
        var command = new ArrayList<String>();
        String root = System.getProperty("llamero.root", "");
        if (root.isEmpty()) {
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.llamero.proxy.ProxyServer"));
        } else {
            command.addAll(List.of(Path.of(root, "llamero").toString(), "proxy"));
        }
        command.addAll(List.of("--port", "{port}", "--admin-port", "off", "--upstream", "{upstream}"));
        command.addAll(List.of("--upstream-kind", "ollama", "--api-key", KEY));
        return new Contender.Plan(OURS, command, 0, KEY, Map.of("LLAMERO_SUPERVISED", "1"));
    }

    /**
     * A peer as {@code NAME=COMMAND}, with {@code {port}} and {@code {upstream}} in it, or {@code NAME=http://...} for
     * one that runs already and asks the port that was given for the instant model server.
     */
    static Contender.Plan peer(String text) {
        String[] parts = text.split("=", 2);
        if (parts.length != 2 || parts[0].isBlank() || parts[1].isBlank()) {
            throw new IllegalArgumentException("\"" + text + "\" is not NAME=COMMAND or NAME=http://127.0.0.1:PORT");
        }
        if (parts[1].startsWith("http://")) {
            return new Contender.Plan(parts[0], List.of(), URI.create(parts[1]).getPort(), "", Map.of());
        }
        return new Contender.Plan(parts[0], List.of(parts[1].strip().split("\\s+")), 0, "", Map.of());
    }

    private static Optional<String> onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }
}
