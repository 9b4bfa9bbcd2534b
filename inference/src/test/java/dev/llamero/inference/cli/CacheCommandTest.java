package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.http.StoreServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cache} against a server that runs: what it keeps, in memory and on disk, and that it forgets it. */
@Tag("native")
@Timeout(120)
class CacheCommandTest {
    private static final String QUESTION = "the quick brown fox jumps over the lazy dog and back again ".repeat(4);

    @TempDir
    Path folder;

    private StoreServer server;

    @BeforeEach
    void start() throws IOException {
        server = StoreServer.toy(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String run(String... arguments) {
        ClientRun run = ClientRun.of(server.port(), "", List.of(arguments));
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    /** The rows of the list, without its head. */
    private List<String> rows(String... model) {
        String[] command = Stream.concat(Stream.of("cache"), Stream.of(model)).toArray(String[]::new);
        List<String> lines = run(command).lines().toList();
        assertThat(lines.getFirst()).matches("MODEL +USER +TOKENS +SIZE +PLACE +USED *");
        return lines.subList(1, lines.size());
    }

    private void ask() throws Exception {
        String body = "{\"model\":\"toy\",\"raw\":true,\"stream\":false,\"prompt\":\"" + QUESTION
                + "\",\"options\":{\"num_predict\":8}}";
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/generate"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void conversationsOfARunningModelAreListedAndCleared() throws Exception {
        assertThat(rows()).isEmpty();
        ask();
        assertThat(rows()).singleElement().asString().matches("toy:latest +[0-9a-f]{12} +\\d+ .* kv .*");
        assertThat(rows("toy")).hasSize(1);
        assertThat(rows("toy:latest")).hasSize(1);
        assertThat(rows("to")).as("a part of a name is no name").isEmpty();
        run("cache", "--clear", "other");
        assertThat(rows()).hasSize(1);
        run("cache", "--clear", "toy");
        assertThat(rows()).isEmpty();
    }

    @Test
    void whatAnUnloadedModelLeftOnDiskIsListedAndClearedToo() throws Exception {
        ask();
        run("stop", "toy");
        while (rows().stream().anyMatch(row -> row.contains(" kv ")) || rows().isEmpty()) {
            Thread.sleep(20);
        }
        assertThat(rows()).singleElement().asString().contains(" disk ");
        run("cache", "--clear");
        assertThat(rows()).isEmpty();
    }
}
