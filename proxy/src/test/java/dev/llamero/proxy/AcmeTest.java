package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.tls.PebbleServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a public certificate, with a real ACME server. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class AcmeTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void needsPebble() {
        Assumptions.assumeTrue(PebbleServer.isInstalled(), "Debian's package pebble is not installed");
    }

    @Test
    void getsACertificateAndKeepsItAcrossRestarts() throws Exception {
        int httpPort = PebbleServer.freePort();
        Path store = folder.resolve("store");
        try (var pebble = new PebbleServer(folder, httpPort);
                var upstream = new ScriptedUpstream(ScriptedUpstream.answer("hello"))) {
            var client = new TrustingClient(pebble.issuingRoot());
            Object serial;
            try (var proxy = start(pebble, upstream, httpPort, store)) {
                Await.until(() -> isTrusted(client, proxy.port()));
                serial = client.shown(proxy.port()).getSerialNumber();
            }
            Path host = store.resolve("127.0.0.1");
            for (String file : new String[] {"account.key", "certificate.pem"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(host.resolve(file))))
                        .as(file)
                        .isEqualTo("rw-------");
            }
            try (var proxy = start(pebble, upstream, httpPort, store)) {
                assertThat(client.shown(proxy.port()).getSerialNumber())
                        .as("the stored one, at once")
                        .isEqualTo(serial);
                var answer = client.http(HttpClient.Version.HTTP_2);
                assertThat(answer).isNotNull();
            }
        }
    }

    private static RunningProxy start(PebbleServer pebble, ScriptedUpstream upstream, int httpPort, Path store) {
        return new RunningProxy(
                upstream.url(),
                "--tls",
                "acme",
                "--tls-names",
                "llm.example.org,localhost",
                "--acme-directory",
                pebble.directory().toString(),
                "--acme-root",
                pebble.root().toString(),
                "--http-port",
                String.valueOf(httpPort),
                "--tls-folder",
                store.toString());
    }

    private static boolean isTrusted(TrustingClient client, int port) throws IOException {
        try (var socket = client.connect(port)) {
            return socket.isConnected();
        } catch (javax.net.ssl.SSLException e) {
            return false;
        }
    }
}
