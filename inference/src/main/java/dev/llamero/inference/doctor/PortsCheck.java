package dev.llamero.inference.doctor;

import dev.llamero.inference.ServerPlan;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Who listens on the servers' ports: ours, Ollama, another program or nobody. */
final class PortsCheck {
    private static final String AREA = "ports";

    static final Other PROXY =
            new Other("proxy", 8080, List.of("LLAMERO_PROXY_PORT"), "/healthz", "\"status\"", "dev.llamero.proxy.");
    static final Other GATEWAY = new Other(
            "chat page",
            18_789,
            List.of("CLAWDBOT_PORT", "CLAWDBOT_GATEWAY_PORT", "OPENCLAW_GATEWAY_PORT"),
            "/",
            "<title>Llamero</title>",
            "dev.llamero.gateway.");

    private static final int WAIT_MILLIS = 2_000;
    private static final int BYTES_MAX = 64 << 10;

    /**
     * A server beside the model server.
     *
     * @param variables of the environment that name its port; the first that is set wins
     * @param path of a page that tells it from other programs
     * @param sign text on that page
     * @param process how its command begins, for one that tells nothing without a key or TLS
     */
    record Other(String name, int port, List<String> variables, String path, String sign, String process) {}

    private PortsCheck() {}

    static List<Finding> check(Machine machine, ServerPlan plan) {
        String host = plan.host().isEmpty() || plan.host().equals("0.0.0.0") ? "127.0.0.1" : plan.host();
        host = host.equals("::") ? "::1" : host;
        var findings = new ArrayList<Finding>();
        findings.add(models(machine, host, plan.port()));
        findings.add(other(machine, PROXY, port(machine, PROXY)));
        findings.add(other(machine, GATEWAY, port(machine, GATEWAY)));
        return findings;
    }

    static Finding models(Machine machine, String host, int port) {
        String place = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        if (port == 0) {
            return Finding.ok(AREA, "the model server takes any free port");
        }
        try {
            String version = get(place, "/api/version");
            if (!version.contains("\"version\"")) {
                return foreign(machine, "model server", place, port, "--host or OLLAMA_HOST");
            }
            String program = PortOwner.of(machine, port);
            if (program.contains("llamero")) {
                return Finding.ok(AREA, "Llamero's model server answers at " + place);
            }
            if (program.contains("ollama")) {
                return Finding.note(
                        AREA,
                        "Ollama listens at " + place + " (" + program + ")",
                        "stop it (systemctl stop ollama) before `llamero serve`, or serve with --host"
                                + " 127.0.0.1:11435");
            }
            return Finding.ok(AREA, "a model server that speaks Ollama's API answers at " + place);
        } catch (ConnectException e) {
            return Finding.ok(AREA, "nothing listens at " + place + " (model server)");
        } catch (IOException | IllegalArgumentException e) {
            return foreign(machine, "model server", place, port, "--host or OLLAMA_HOST");
        }
    }

    private static int port(Machine machine, Other server) {
        for (String variable : server.variables()) {
            String value = machine.environment().getOrDefault(variable, "").strip();
            if (value.matches("\\d{1,5}")) {
                return Integer.parseInt(value);
            }
        }
        return server.port();
    }

    static Finding other(Machine machine, Other server, int port) {
        String place = "127.0.0.1:" + port;
        try {
            if (get(place, server.path()).contains(server.sign())) {
                return Finding.ok(AREA, "Llamero's " + server.name() + " answers at " + place);
            }
        } catch (ConnectException e) {
            return Finding.ok(AREA, "nothing listens at " + place + " (" + server.name() + ")");
        } catch (IOException e) {
            System.getLogger(PortsCheck.class.getName())
                    .log(System.Logger.Level.DEBUG, place + " speaks no plain HTTP", e);
        }
        return PortOwner.of(machine, port).startsWith(server.process())
                ? Finding.ok(AREA, "Llamero's " + server.name() + " listens at " + place)
                : foreign(
                        machine,
                        server.name(),
                        place,
                        port,
                        "--port or " + server.variables().getFirst());
    }

    private static Finding foreign(Machine machine, String name, String place, int port, String flag) {
        String program = PortOwner.of(machine, port);
        return Finding.broken(
                AREA,
                (program.isEmpty() ? "another program" : program) + " listens at " + place + ", where the " + name
                        + " would",
                "stop it, or start the " + name + " elsewhere with " + flag);
    }

    private static String get(String place, String path) throws IOException {
        var connection =
                (HttpURLConnection) URI.create("http://" + place + path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(WAIT_MILLIS);
        connection.setReadTimeout(WAIT_MILLIS);
        try (var body =
                connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return body == null ? "" : new String(body.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        } finally {
            connection.disconnect();
        }
    }
}
