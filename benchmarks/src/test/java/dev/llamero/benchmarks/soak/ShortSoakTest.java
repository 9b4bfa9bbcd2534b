package dev.llamero.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The short form of the soak on a real server, in a process of its own, with the built-in model. */
class ShortSoakTest {
    @Test
    void nothingIsMissingAfterTwoHundredMixedRequests() {
        List<String> server = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.llamero.inference.InferenceServer"));
        server.addAll(SoakCommand.serverArguments());
        var printed = new ByteArrayOutputStream();
        int code = SoakCommand.run(
                server,
                Path.of("../models/tiny-qwen3/tiny-qwen3.gguf"),
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                "--requests",
                "200",
                "--clients",
                "4",
                "--growth-mib",
                "128");
        assertThat(code).as(printed.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("nothing is missing", "dropped=");
    }
}
