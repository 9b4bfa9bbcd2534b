package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.llamero.models.store.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that leaves in the middle of a pull ends the download behind it; what has come stays. */
@Tag("server")
@Timeout(60)
class TransferLeaveTest {
    private static final int SIZE = 4_000_000;
    private static final byte[] PIECE = new byte[10_000];

    @TempDir
    Path folder;

    @Test
    void theDownloadEndsWithItsClient() throws Exception {
        Digest digest = Digest.of(new byte[SIZE]);
        var cut = new CountDownLatch(1);
        var registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        registry.createContext("/v2/lab/m/manifests/v1", exchange -> {
            try (exchange) {
                String layer = "{\"digest\":\"" + digest + "\",\"size\":" + SIZE + "}";
                byte[] json = ("{\"config\":" + layer + ",\"layers\":[]}").getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, json.length);
                exchange.getResponseBody().write(json);
            }
        });
        registry.createContext("/v2/lab/m/blobs/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().add("Content-Range", "bytes 0-" + (SIZE - 1) + "/" + SIZE);
                exchange.sendResponseHeaders(206, SIZE);
                for (int sent = 0; sent < SIZE; sent += PIECE.length) {
                    exchange.getResponseBody().write(PIECE);
                    exchange.getResponseBody().flush();
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            } catch (IOException e) {
                cut.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        registry.start();
        try (var server = server()) {
            try (var client = server.client()) {
                String name = "127.0.0.1:" + registry.getAddress().getPort() + "/lab/m:v1";
                client.send("POST", "/api/pull", "{\"model\":\"" + name + "\",\"insecure\":true}");
                client.head();
                String said = "";
                while (!said.contains("completed")) {
                    said = client.chunk().orElseThrow();
                }
            }
            assertThat(cut.await(30, TimeUnit.SECONDS))
                    .as("the registry is left")
                    .isTrue();
            assertThat(Files.exists(folder.resolve("blobs").resolve(digest.fileName() + "-partial")))
                    .isTrue();
        } finally {
            registry.stop(0);
        }
    }

    private TestServer server() throws IOException {
        return new TestServer(new TestServer.Choice(
                List.of(),
                Optional.of(folder),
                TestServer.factory(new ScriptedEngine(4_096)),
                source -> TestServer::plain,
                4_096,
                TestServer.limits()));
    }
}
