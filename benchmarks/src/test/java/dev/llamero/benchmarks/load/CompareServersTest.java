package dev.llamero.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command against a scripted server that stands for several. */
class CompareServersTest {
    @TempDir
    Path folder;

    private ScriptedModelServer server;
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final ByteArrayOutputStream status = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedModelServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everyWorkloadThatNeedsNoCommandGivesItsFigures() throws IOException {
        assertThat(compare(
                        "--quick",
                        "--rounds",
                        "1",
                        "--seed",
                        "5",
                        "--out",
                        folder.toString(),
                        "peer=llama-server," + server.address() + ",m",
                        "ours=ollama," + server.address() + ",m"))
                .as(status.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode results =
                new ObjectMapper().readTree(folder.resolve("results.json").toFile());
        for (JsonNode workload : results.path("workloads")) {
            String name = workload.path("name").asText();
            boolean left = List.of("w6-restart", "w4-turns-limited", "first-token-tiny")
                    .contains(name);
            assertThat(workload.path("notes").toString().contains("ours did not take part"))
                    .as(name)
                    .isEqualTo(left);
            assertThat(workload.path("requests").path("ours").size() > 0)
                    .as(name)
                    .isEqualTo(!left);
            assertThat(workload.path("usage")
                                    .path("ours")
                                    .path("peakResidentBytes")
                                    .asLong()
                            > 0)
                    .as("memory of the process behind the port, " + name)
                    .isEqualTo(!left && Files.isDirectory(Path.of("/proc/self")));
        }
        assertThat(folder.resolve("ratios.svg")).isNotEmptyFile();
        assertThat(folder.resolve("w5-mixed.svg")).isNotEmptyFile();
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("| w9-repeat runs per token | peer | 0.98 |", "**Quick run**", "--seed 5");
    }

    @Test
    void promptsAreEqualForAllServersAndNewInEachRound() throws IOException {
        compare(
                "-w",
                "w1",
                "--rounds",
                "3",
                "--out",
                folder.toString(),
                "a=ollama," + server.address() + ",m",
                "b=ollama," + server.address() + ",m");
        List<String> prompts = server.asked().stream()
                .filter(body -> body.path("options").path("num_predict").asInt() == 128)
                .map(body -> body.path("messages").path(0).path("content").asText())
                .toList();
        assertThat(prompts).hasSize(8);
        assertThat(new HashSet<>(prompts)).hasSize(4);
        for (int i = 0; i < prompts.size(); i += 2) {
            assertThat(prompts.get(i)).isEqualTo(prompts.get(i + 1));
            // The scripted server counts words.
            assertThat(prompts.get(i).split(" ")).hasSize(512);
        }
    }

    @Test
    void chartsAreDrawnAnewFromTheSamples() throws IOException {
        compare(
                "-w",
                "first-token",
                "--rounds",
                "1",
                "--out",
                folder.toString(),
                "a=ollama," + server.address() + ",m");
        String readme = Files.readString(folder.resolve("README.md"));
        Files.delete(folder.resolve("README.md"));
        assertThat(compare("--render", folder.toString())).isZero();
        assertThat(folder.resolve("README.md")).content().isEqualTo(readme);
    }

    @Test
    void wrongUseSaysWhatToDo() {
        assertThat(compare("-w", "w1")).isEqualTo(2);
        assertThat(compare("-w", "w11", "a=ollama," + server.address() + ",m")).isEqualTo(2);
        assertThat(compare("a=ollama,http://192.168.0.1:11434,m")).isEqualTo(2);
        assertThat(compare("--servers", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(status.toString(StandardCharsets.UTF_8))
                .contains(
                        "no server is named. Give --servers FILE, or NAME=KIND,URL,MODEL",
                        "there is no workload w11; there are first-token, w1-single",
                        "load goes to this machine only",
                        "benchmarks/servers-example.yaml is one to start from");
    }

    @Test
    void aServerThatDoesNotAnswerEndsTheRun() throws IOException {
        String address = server.address();
        server.close();
        assertThat(compare("-w", "w1", "--out", folder.toString(), "a=ollama," + address + ",m"))
                .isEqualTo(1);
        assertThat(status.toString(StandardCharsets.UTF_8))
                .contains("a does not answer at " + address + "/api/version", "Start it first");
    }

    private int compare(String... arguments) {
        return CompareServers.run(
                new PrintStream(console, true, StandardCharsets.UTF_8),
                new PrintStream(status, true, StandardCharsets.UTF_8),
                arguments);
    }
}
