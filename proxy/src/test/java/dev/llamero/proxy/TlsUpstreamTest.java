package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.tls.TestAuthority;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model server behind TLS. Whom the proxy trusts is the JVM's default, which is read once for a whole process: so
 * each proxy here is a process of its own.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsUpstreamTest {
    private static final String PASSWORD = "changeit";
    private static final Pattern READY = Pattern.compile("ready at (http://127\\.0\\.0\\.1:\\d+)");

    @TempDir
    Path folder;

    @Test
    void aServerThatTheTrustStoreKnowsIsAsked() throws Exception {
        try (var upstream = upstream("localhost")) {
            HttpResponse<String> answer = throughProxy(upstream, true);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("fine");
            assertThat(upstream.request().path()).isEqualTo("/api/chat");
        }
    }

    @Test
    void aTrustedCertificateForAnotherNameIsRefused() throws Exception {
        try (var upstream = upstream("elsewhere.example")) {
            HttpResponse<String> answer = throughProxy(upstream, true);
            assertThat(answer.statusCode()).isBetween(502, 503);
            assertThat(upstream.isIdle()).isTrue();
        }
    }

    @Test
    void aServerThatNobodyKnowsIsRefused() throws Exception {
        try (var upstream = upstream("localhost")) {
            HttpResponse<String> answer = throughProxy(upstream, false);
            assertThat(answer.statusCode()).isBetween(502, 503);
            assertThat(upstream.isIdle()).isTrue();
        }
    }

    private ScriptedUpstream upstream(String name) throws Exception {
        return new ScriptedUpstream(
                TestAuthority.server(folder, name)
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                ScriptedUpstream.ollama("m"),
                ScriptedUpstream.answer("fine"));
    }

    private HttpResponse<String> throughProxy(ScriptedUpstream upstream, boolean trusting) throws Exception {
        Process proxy = start(upstream.url().replace("http://127.0.0.1", "https://localhost"), trusting);
        try (BufferedReader lines = proxy.inputReader(StandardCharsets.UTF_8);
                HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(address(lines) + "/v1/chat/completions"))
                            .POST(HttpRequest.BodyPublishers.ofString(RunningProxy.CHAT))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } finally {
            proxy.destroyForcibly();
            proxy.waitFor();
        }
    }

    private static String address(BufferedReader lines) throws IOException {
        var output = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                return ready.group(1);
            }
            output.append(line).append('\n');
        }
        throw new AssertionError("the proxy ended: " + output);
    }

    private Process start(String upstream, boolean trusting) throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (trusting) {
            Path trust = folder.resolve("trust.p12");
            TestAuthority.writeTrust(folder, trust, PASSWORD);
            command.add("-Djavax.net.ssl.trustStore=" + trust);
            command.add("-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                ProxyServer.class.getName(),
                "--port",
                "0",
                "--admin-port",
                "0",
                "--keys-file",
                folder.resolve("keys.json").toString(),
                "--upstream",
                upstream));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("LLAMERO_"));
        builder.environment()
                .put("LLAMERO_CONFIG", folder.resolve("absent.yaml").toString());
        return builder.start();
    }
}
