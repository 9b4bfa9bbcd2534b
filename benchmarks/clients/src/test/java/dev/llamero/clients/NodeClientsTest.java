package dev.llamero.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clients of npm, each by a script of {@code src/test/node} under Node's own test runner. */
@ExtendWith(LiveServers.Started.class)
class NodeClientsTest {
    private static final Path LOCK = Path.of("package-lock.json");
    private static final Path INSTALLED = Path.of("target/installed-package-lock.json");
    /** Far beyond what a slow network or a busy machine needs: a bound for what hangs, no measure. */
    private static final long SECONDS_MAX = 900;

    /** Installs what the lock file pins, once per lock file: clean again, offline again. */
    @BeforeAll
    static void install() throws IOException, InterruptedException {
        if (!runs("node") || !runs("npm")) {
            skip("node and npm are needed for them");
        }
        boolean current = Files.isDirectory(Path.of("node_modules"))
                && Files.isRegularFile(INSTALLED)
                && Files.mismatch(LOCK, INSTALLED) == -1;
        if (!current) {
            Result result = run(SECONDS_MAX, Map.of(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (result.code() != 0) {
                skip("npm ci cannot fetch them: " + result.output().strip());
            }
            Files.createDirectories(INSTALLED.getParent());
            Files.writeString(INSTALLED, Files.readString(LOCK));
        }
    }

    /** Where the libraries cannot be had; a build server has what it needs, so there it is a failure. */
    private static void skip(String reason) {
        String sentence = "the clients of npm are not tested: " + reason;
        print(sentence);
        if (System.getenv("CI") != null) {
            fail(sentence);
        }
        assumeTrue(false, sentence);
    }

    /** The exact count of tests keeps a script from passing because it tests nothing. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"ollama-js, 15", "langchain, 10", "openai, 26"})
    void ordinaryExamplesOfAClient(String client, int tests, LiveServers servers)
            throws IOException, InterruptedException {
        Result result = run(
                SECONDS_MAX,
                servers.environment(),
                "node",
                "--test",
                "--test-reporter=tap",
                "src/test/node/" + client + ".test.mjs");
        assertThat(result.code()).as(result.output()).isZero();
        assertThat(result.output()).contains("# tests " + tests + "\n", "# fail 0\n", "# todo 0\n");
        result.output().lines().filter(line -> line.contains("# SKIP")).forEach(NodeClientsTest::print);
    }

    /** A skipped part is told where the build's output is read. */
    private static void print(String line) {
        System.out.println("[clients] " + line);
    }

    private static boolean runs(String program) throws InterruptedException {
        try {
            return run(20, Map.of(), program, "--version").code() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private record Result(int code, String output) {}

    private static Result run(long seconds, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("llamero-clients", ".log");
        try {
            var builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.redirectOutput(output.toFile()).start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
