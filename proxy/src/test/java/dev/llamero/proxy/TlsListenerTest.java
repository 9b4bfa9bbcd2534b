package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.proxy.tls.TestAuthority;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listener with TLS, asked by the JDK's client and by sockets. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsListenerTest {
    private static final String NOWHERE = "http://127.0.0.1:9";
    private static final int BOUND_SECONDS = 20;

    @TempDir
    Path folder;

    private String[] local(String... more) {
        String[] tls = {"--tls", "local", "--tls-folder", folder.toString()};
        var all = new java.util.ArrayList<>(java.util.List.of(tls));
        all.addAll(java.util.List.of(more));
        return all.toArray(String[]::new);
    }

    private TrustingClient client() throws Exception {
        return new TrustingClient(folder.resolve("root.pem"));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void answersStreamedAndWhole(HttpClient.Version version) throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("one", "two"));
                var proxy = new RunningProxy(upstream.url(), local())) {
            var whole = client().chat(version, proxy.port(), RunningProxy.CHAT);
            assertThat(whole.version()).isEqualTo(version);
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).contains("onetwo");
            var stream = client().chat(version, proxy.port(), RunningProxy.STREAM);
            assertThat(stream.version()).isEqualTo(version);
            assertThat(stream.body()).contains("one").contains("two").endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void http2CanBeSwitchedOff() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("one"));
                var proxy = new RunningProxy(upstream.url(), local("--http2", "false"))) {
            assertThat(client().chat(HttpClient.Version.HTTP_2, proxy.port(), RunningProxy.CHAT)
                            .version())
                    .isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aCallerThatLeavesItsStreamEndsTheCallUpstream(HttpClient.Version version) throws Exception {
        var closed = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    wire.chunk(ScriptedUpstream.line("one"));
                    wire.awaitClose(closed);
                });
                var proxy = new RunningProxy(upstream.url(), local());
                HttpClient client = client().http(version)) {
            var answer = client.send(
                    TrustingClient.post(proxy.port(), RunningProxy.STREAM), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                assertThat(body.read()).isEqualTo('d');
            }
            assertThat(closed.await(BOUND_SECONDS, TimeUnit.SECONDS))
                    .as("the upstream saw the cancel")
                    .isTrue();
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("client");
        }
    }

    @Test
    void aCancelOfOneHttp2StreamLeavesTheOthersOfItsConnection() throws Exception {
        var closed = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(
                        wire -> {
                            wire.raw(ScriptedUpstream.NDJSON_HEAD);
                            wire.chunk(ScriptedUpstream.line("one"));
                            wire.awaitClose(closed);
                        },
                        wire -> {
                            wire.raw(ScriptedUpstream.NDJSON_HEAD);
                            wire.chunk(ScriptedUpstream.line("two"));
                            assertThat(goOn.await(BOUND_SECONDS, TimeUnit.SECONDS))
                                    .isTrue();
                            wire.chunk(ScriptedUpstream.line("three"));
                            wire.chunk(ScriptedUpstream.lastLine());
                            wire.raw("0\r\n\r\n");
                        });
                var proxy = new RunningProxy(upstream.url(), local());
                HttpClient client = client().http(HttpClient.Version.HTTP_2)) {
            var request = TrustingClient.post(proxy.port(), RunningProxy.STREAM);
            var left = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(left.body().read()).isEqualTo('d');
            var stays = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stays.body().read()).isEqualTo('d');
            left.body().close();
            assertThat(closed.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            goOn.countDown();
            assertThat(new String(stays.body().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("three")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void filesAreReadAnewAndARunningStreamGoesOn() throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        TestAuthority.write(folder.resolve("a"), certificate, key);
        var first = new TrustingClient(folder.resolve("a").resolve("root.pem"));
        var goOn = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    wire.chunk(ScriptedUpstream.line("one"));
                    assertThat(goOn.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
                    wire.chunk(ScriptedUpstream.line("two"));
                    wire.chunk(ScriptedUpstream.lastLine());
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(
                        upstream.url(),
                        "--tls",
                        "files",
                        "--tls-cert",
                        certificate.toString(),
                        "--tls-key",
                        key.toString());
                SSLSocket running = first.connect(proxy.port())) {
            RunningProxy.send(running, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            assertThat(RunningProxy.Answer.readHead(running.getInputStream())).contains("200");

            TestAuthority.write(folder.resolve("b"), certificate, key);
            var second = new TrustingClient(folder.resolve("b").resolve("root.pem"));
            assertThat(proxy.admin("POST", "/reload").status()).isEqualTo(200);
            second.connect(proxy.port()).close();
            assertThatThrownBy(() -> first.connect(proxy.port())).isInstanceOf(javax.net.ssl.SSLException.class);

            goOn.countDown();
            var rest = new StringBuilder();
            for (byte[] chunk = RunningProxy.Answer.readChunk(running.getInputStream());
                    chunk.length > 0;
                    chunk = RunningProxy.Answer.readChunk(running.getInputStream())) {
                rest.append(new String(chunk, StandardCharsets.UTF_8));
            }
            assertThat(rest.toString()).contains("one").contains("two").contains("[DONE]");

            Files.writeString(certificate, "nonsense");
            var refused = proxy.admin("POST", "/reload");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body())
                    .contains("certificate.pem")
                    .contains("no certificate")
                    .contains("the old settings stay");
            second.connect(proxy.port()).close();
        }
    }

    @Test
    void changedFilesAreSeenWithoutBeingTold() throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        TestAuthority.write(folder.resolve("a"), certificate, key);
        try (var proxy = new RunningProxy(
                NOWHERE, "--tls", "files", "--tls-cert", certificate.toString(), "--tls-key", key.toString())) {
            TestAuthority.write(folder.resolve("b"), certificate, key);
            Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(60)));
            var second = new TrustingClient(folder.resolve("b").resolve("root.pem"));
            Await.until(() -> connects(second, proxy.port()));
        }
    }

    private static boolean connects(TrustingClient client, int port) throws Exception {
        try (SSLSocket socket = client.connect(port)) {
            return socket.isConnected();
        } catch (javax.net.ssl.SSLException e) {
            return false;
        }
    }

    @Test
    void theRootOfTheLocalCaIsMadeOnceAndItsKeyIsForItsOwnerOnly() throws Exception {
        byte[] root;
        try (var proxy = new RunningProxy(NOWHERE, local())) {
            root = Files.readAllBytes(folder.resolve("root.pem"));
            assertThat(client().shown(proxy.port()).getSubjectAlternativeNames().toString())
                    .contains("localhost");
        }
        try (var proxy = new RunningProxy(NOWHERE, local("--tls-names", "127.0.0.1,box.lan"))) {
            assertThat(Files.readAllBytes(folder.resolve("root.pem"))).isEqualTo(root);
            assertThat(client().shown(proxy.port()).getSubjectAlternativeNames().toString())
                    .contains("box.lan");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("root.key"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(folder.resolve("root.pem"))).doesNotContain("PRIVATE");
    }

    @Test
    void plainHttpSendsBrowsersToHttpsAndRefusesCalls() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, local("--http-port", "0"))) {
            int plain = proxy.server().redirectPort().orElseThrow();
            var page = ask(plain, "GET", "/healthz?a=b%20c");
            assertThat(page.status()).isEqualTo(308);
            assertThat(page.header("Location")).isEqualTo("https://127.0.0.1:" + proxy.port() + "/healthz?a=b%20c");
            var call = ask(plain, "POST", "/v1/chat/completions");
            assertThat(call.status()).isEqualTo(403);
            assertThat(call.body()).contains("https_needed");
            assertThat(ask(plain, "GET", "/.well-known/acme-challenge/unknown").status())
                    .as("no answer that was not promised")
                    .isEqualTo(308);
        }
    }

    private static RunningProxy.Answer ask(int port, String method, String path) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(BOUND_SECONDS * 1000);
            RunningProxy.send(socket, method, path, "");
            return RunningProxy.Answer.read(socket.getInputStream());
        }
    }

    @Test
    void aPlainRequestToTheTlsPortIsNoHarm() throws Exception {
        try (var proxy = new RunningProxy(NOWHERE, local())) {
            try (Socket plain = proxy.connect()) {
                plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                plain.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                assertThat(e).as("closed by the proxy").hasMessageContaining("reset");
            }
            client().connect(proxy.port()).close();
        }
    }
}
