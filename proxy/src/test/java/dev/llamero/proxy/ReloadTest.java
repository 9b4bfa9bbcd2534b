package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import dev.llamero.proxy.tls.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Settings that change while the proxy runs. */
class ReloadTest {
    private static final int BOUND_SECONDS = 20;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("llamero.yaml");
    }

    @Test
    void upstreamsAliasesAndKeysAreSwapped() throws Exception {
        try (var old = new ScriptedUpstream(answer("old"));
                var next = new ScriptedUpstream(answer("next"))) {
            write("upstream: " + old.url());
            try (var proxy = new RunningProxy(file)) {
                assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("old");
                write("upstream: " + next.url(), "api-key: secret", "aliases: {gpt-4o: m}");
                var got = proxy.admin("POST", "/reload");
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.json().path("needsRestart")).isEmpty();
                assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(401);
                assertThat(proxy.chat(SeveralUpstreamsTest.chat("gpt-4o"), "Authorization: Bearer secret")
                                .body())
                        .contains("next");
            }
        }
    }

    @Test
    void aRunningStreamGoesOnAtTheServerThatIsNoLongerInTheSettings() throws Exception {
        var goOn = new CountDownLatch(1);
        ScriptedUpstream.Script slow = wire -> {
            wire.raw(NDJSON_HEAD);
            wire.chunk(line("one"));
            assertThat(goOn.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            wire.chunk(line("two") + lastLine());
            wire.raw("0\r\n\r\n");
        };
        try (var old = new ScriptedUpstream(slow);
                var next = new ScriptedUpstream(answer("next"))) {
            write("upstream: " + old.url());
            try (var proxy = new RunningProxy(file);
                    var client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                RunningProxy.Answer.readHead(client.getInputStream());
                RunningProxy.Answer.readChunk(client.getInputStream());
                write("upstream: " + next.url(), "api-key: secret");
                assertThat(proxy.server().reload()).isEmpty();
                assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer secret")
                                .body())
                        .contains("next");
                goOn.countDown();
                String rest =
                        new String(RunningProxy.Answer.readChunk(client.getInputStream()), StandardCharsets.UTF_8);
                assertThat(rest).contains("two").endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    void aServerThatDidNotChangeKeepsItsConnections() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            write("upstream: " + upstream.url());
            try (var proxy = new RunningProxy(file);
                    var client = proxy.connect()) {
                for (int i = 0; i < 3; i++) {
                    RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.CHAT);
                    assertThat(RunningProxy.Answer.read(client.getInputStream()).status())
                            .isEqualTo(200);
                    write("upstream: " + upstream.url(), "aliases: {a" + i + ": m}");
                    proxy.server().reload();
                }
                assertThat(upstream.connections()).isEqualTo(1);
                assertThat(proxy.ask("GET", "/v1/models", "").body()).contains("\"a2\"");
            }
        }
    }

    @Test
    void aBadFileIsRefusedWholeWithItsLineAndTheOldSettingsStay() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            write("upstream: " + upstream.url());
            try (var proxy = new RunningProxy(file)) {
                refused(proxy, "line 3", "aliases: {gpt-4o: m}", "retries: many", "upstream: http://127.0.0.1:1");
                refused(proxy, "line 3", "upstreams:", "  - {name: no-address}");
                refused(proxy, "line 4", "upstreams:", "  - url: http://127.0.0.1:1", "    wieght: 3");
                refused(proxy, "line 2", "aliases: {a: b, b: c}");
                refused(proxy, "line 2", "upstreams: [");
                assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
                assertThat(proxy.chat(SeveralUpstreamsTest.chat("gpt-4o")).status())
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void aBadCertificateRefusesTheSettingsThatCameWithIt() throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        TestAuthority.write(folder.resolve("a"), certificate, key);
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            String[] tls = {"tls: files", "tls-cert: " + certificate, "tls-key: " + key, "upstream: " + upstream.url()};
            write(tls);
            try (var proxy = new RunningProxy(file)) {
                Files.writeString(certificate, "nonsense");
                write(tls[0], tls[1], tls[2], "upstream: http://127.0.0.1:9");
                var got = proxy.admin("POST", "/reload");
                assertThat(got.status()).isEqualTo(400);
                assertThat(got.body()).contains("certificate.pem").contains("the old settings stay");
                assertThat(proxy.admin("GET", "/upstreams")
                                .json()
                                .at("/upstreams/0/url")
                                .asText())
                        .isEqualTo(upstream.url());
            }
        }
    }

    @Test
    void anotherKeysFileIsWatchedFromThenOn() throws Exception {
        var other = new KeyFile(folder.resolve("other.json"));
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            write("upstream: " + upstream.url());
            var source = new SettingsSource(
                    List.of("--port", "0", "--admin-port", "0"), Map.of("LLAMERO_CONFIG", file.toString()));
            write("upstream: " + upstream.url(), "keys-file: " + folder.resolve("one.json"));
            try (ProxyServer proxy = ProxyServer.start(source, _ -> {})) {
                write("upstream: " + upstream.url(), "keys-file: " + other.path());
                assertThat(proxy.reload()).isEmpty();
                assertThat(status(proxy)).isEqualTo(200);
                other.add("ann", KeyLimits.NONE, List.of(), Optional.empty(), Instant.EPOCH);
                Await.until(() -> status(proxy) == 401);
            }
        }
    }

    private static int status(ProxyServer proxy) throws Exception {
        try (var client = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), proxy.port())) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.CHAT);
            return RunningProxy.Answer.read(client.getInputStream()).status();
        }
    }

    @Test
    void whatCountsFromTheNextStartOnlyIsNamed() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            write("upstream: " + upstream.url());
            try (var proxy = new RunningProxy(file)) {
                write("upstream: " + upstream.url(), "max-body: 2K", "slow-client-timeout: 1s");
                assertThat(proxy.server().reload()).containsExactly("max-body", "slow-client-timeout");
            }
        }
    }

    /** A process that was started with SIGHUP ignored, as nohup does, hands that on and never sees the signal. */
    @Test
    @Timeout(value = 2 * BOUND_SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void hangUpReloads() throws Exception {
        assumeFalse(hangUpsAreIgnored(), "SIGHUP is ignored here (nohup?), so no child process sees it");
        try (var upstream = new ScriptedUpstream(answer("x"))) {
            write("upstream: " + upstream.url());
            Process process = main("--port", "0", "--admin-port", "0");
            try (var log = process.inputReader(StandardCharsets.UTF_8)) {
                awaitLine(log, "ready at http://");
                write("upstream: " + upstream.url(), "retries: many");
                hangUp(process);
                assertThat(awaitLine(log, "settings not reloaded")).contains("line 3");
                write("upstream: " + upstream.url(), "retries: 1");
                hangUp(process);
                awaitLine(log, "settings reloaded");
                assertThat(process.isAlive()).isTrue();
            } finally {
                process.destroy();
                assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void theAdminListenerAnswersPagesOfOtherSitesAndWrongMethodsWithANo() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.admin("GET", "/reload").status()).isEqualTo(405);
            assertThat(proxy.admin("GET", "/nope").json().at("/error/message").asText())
                    .contains("/reload")
                    .contains("/upstreams");
            JsonNode health = proxy.admin("GET", "/healthz").json();
            assertThat(health.path("status").asText()).isEqualTo("ok");
            try (var client = new java.net.Socket(
                    java.net.InetAddress.getLoopbackAddress(),
                    proxy.server().adminPort().orElseThrow())) {
                RunningProxy.send(client, "POST", "/reload", "", "Origin: https://evil.example");
                assertThat(RunningProxy.Answer.read(client.getInputStream()).status())
                        .isEqualTo(403);
            }
        }
    }

    private void refused(RunningProxy proxy, String where, String... lines) throws Exception {
        write(lines);
        var got = proxy.admin("POST", "/reload");
        assertThat(got.status()).isEqualTo(400);
        assertThat(got.json().at("/error/message").asText())
                .contains(where)
                .contains(file.toString())
                .endsWith("the old settings stay");
    }

    private void write(String... lines) throws Exception {
        Files.writeString(file, "proxy:\n  " + String.join("\n  ", lines) + "\n");
    }

    private static boolean hangUpsAreIgnored() throws Exception {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        String mask = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow()
                .substring("SigIgn:".length())
                .strip();
        // Bit n - 1 stands for signal n, and SIGHUP is 1.
        return (Long.parseUnsignedLong(mask, 16) & 1) != 0;
    }

    private static void hangUp(Process process) throws Exception {
        Process kill = new ProcessBuilder(List.of("kill", "-HUP", String.valueOf(process.pid()))).start();
        assertThat(kill.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private static String awaitLine(java.io.BufferedReader log, String part) throws Exception {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("the log ended without: " + part);
    }

    private Process main(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ProxyServer.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("LLAMERO_API_KEY");
        builder.environment().put("LLAMERO_CONFIG", file.toString());
        return builder.start();
    }
}
