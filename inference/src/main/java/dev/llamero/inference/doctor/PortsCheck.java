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
    private static final int PROXY_PORT = 8080;
    private static final int GATEWAY_PORT = 18_789;
    private static final int WAIT_MILLIS = 2_000;
    private static final int BYTES_MAX = 64 << 10;

    private PortsCheck() {}

    static List<Finding> check(Machine machine, ServerPlan plan) {
        String host = plan.host().isEmpty() || plan.host().equals("0.0.0.0") ? "127.0.0.1" : plan.host();
        host = host.equals("::") ? "::1" : host;
        var findings = new ArrayList<Finding>();
        findings.add(models(machine, host, plan.port()));
        findings.add(other(machine, "proxy", PROXY_PORT, "/healthz", "\"status\""));
        findings.add(other(machine, "chat page", GATEWAY_PORT, "/", "<title>Llamero</title>"));
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

    static Finding other(Machine machine, String name, int port, String path, String sign) {
        String place = "127.0.0.1:" + port;
        try {
            if (get(place, path).contains(sign)) {
                return Finding.ok(AREA, "Llamero's " + name + " answers at " + place);
            }
            return foreign(machine, name, place, port, "--port");
        } catch (ConnectException e) {
            return Finding.ok(AREA, "nothing listens at " + place + " (" + name + ")");
        } catch (IOException e) {
            return foreign(machine, name, place, port, "--port");
        }
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
