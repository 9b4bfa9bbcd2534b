package dev.llamero.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that the gateway shows to the proxy, as it comes, changes and goes while both run. */
class ModelKeyTest {
    @TempDir
    private Path folder;

    @Test
    void theFileIsReadForEachRequest() throws Exception {
        Path file = folder.resolve("gateway.key");
        List<String> shown = new ArrayList<>();
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            shown.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        proxy.start();
        try {
            var client = new ModelClient(
                    URI.create("http://127.0.0.1:" + proxy.getAddress().getPort()),
                    new ModelKey(Optional.empty(), Optional.of(file)),
                    Duration.ofSeconds(20));
            client.ask("/healthz", "r1");
            Files.writeString(file, "sk-llamero-one\n");
            client.ask("/healthz", "r2");
            Files.writeString(file, "sk-llamero-two\n");
            client.ask("/healthz", "r3");
        } finally {
            proxy.stop(0);
        }
        assertThat(shown).containsExactly("null", "Bearer sk-llamero-one", "Bearer sk-llamero-two");
    }

    @Test
    void theKeyOfTheSettingsWins() throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.key"), "from-the-file");
        assertThat(new ModelKey(Optional.of("fixed"), Optional.of(file)).now()).contains("fixed");
    }

    @Test
    void whatNoHeaderCanCarryIsNoKey() throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.key"), "two\nlines");
        assertThat(new ModelKey(Optional.empty(), Optional.of(file)).now()).isEmpty();
        assertThat(new ModelKey(Optional.empty(), Optional.of(folder)).now())
                .as("a folder")
                .isEmpty();
        assertThat(ModelKey.NONE.now()).isEmpty();
    }

    @Test
    void itIsNotPrinted() {
        assertThat(new ModelKey(Optional.of("sk-secret"), Optional.empty()).toString())
                .doesNotContain("sk-secret");
    }
}
