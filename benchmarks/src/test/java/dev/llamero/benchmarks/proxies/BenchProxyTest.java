package dev.llamero.benchmarks.proxies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run with real processes; figures are looked at for being there, never for their size. */
class BenchProxyTest {
    @TempDir
    Path folder;

    @Test
    void aShortRunMeasuresEveryWayInEveryWorkload() throws Exception {
        var console = new ByteArrayOutputStream();
        var status = new ByteArrayOutputStream();
        int code = BenchProxy.run(
                new PrintStream(console, true, StandardCharsets.UTF_8),
                new PrintStream(status, true, StandardCharsets.UTF_8),
                "--quick",
                "--clients",
                "1,3",
                "--out",
                folder.toString());
        assertThat(code).as(status.toString(StandardCharsets.UTF_8)).isZero();
        JsonNode results =
                new ObjectMapper().readTree(folder.resolve("results.json").toFile());
        assertThat(results.get("workloads").findValuesAsText("name"))
                .contains("start", "plain-1", "plain-3", "stream-1", "stream-3");
        for (JsonNode workload : results.get("workloads")) {
            assertThat(workload.get("notes")).isEmpty();
            for (JsonNode figure : workload.get("figures")) {
                JsonNode ours = figure.get("rounds").get("Llamero");
                assertThat(ours).hasSize(1);
                assertThat(ours.get(0).asDouble()).isPositive();
            }
        }
        assertThat(folder.resolve("ratios.svg")).content().contains("Llamero");
        assertThat(console.toString(StandardCharsets.UTF_8)).contains("| stream-3 throughput | direct |");
    }

    @Test
    void theInstantServerStreamsAsManyPiecesAsItIsToldInBothDialects() throws Exception {
        try (var upstream = new InstantUpstream(0, 7, Duration.ZERO);
                var connection = new LoadConnection(upstream.port())) {
            assertThat(connection.exchange(request("/api/chat", "{}"))).isEqualTo(200);
            long seven = connection.bodyBytes();
            assertThat(connection.exchange(request("/v1/chat/completions", "{\"stream\": true}")))
                    .isEqualTo(200);
            assertThat(connection.bodyBytes()).isGreaterThan(7 * 100);
            assertThat(connection.exchange(request("/api/chat", "{\"stream\":false}")))
                    .isEqualTo(200);
            assertThat(connection.bodyBytes()).isLessThan(seven);
            assertThat(connection.exchange(request("/nowhere", "{}"))).isEqualTo(404);
        }
    }

    @Test
    void refusalsAndBrokenConnectionsAreCountedAsFailures() throws Exception {
        try (var upstream = new InstantUpstream(0, 1, Duration.ZERO)) {
            var turn = ClosedLoop.run(upstream.port(), request("/nowhere", "{}"), 2, Duration.ofMillis(20));
            assertThat(turn.failed()).isPositive();
            assertThat(turn.perSecond()).isZero();
        }
    }

    @Test
    void aPeerIsACommandOrAnAddress() {
        var command = Contenders.peer("GoModel=env PORT={port} gomodel");
        assertThat(command.command()).isEqualTo(List.of("env", "PORT={port}", "gomodel"));
        assertThat(Contenders.peer("nginx=http://127.0.0.1:8088").port()).isEqualTo(8088);
        assertThat(BenchProxy.run(System.out, System.err, "--quick", "--peer", "nonsense"))
                .isEqualTo(2);
    }

    private static byte[] request(String path, String body) {
        return ("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
