package dev.llamero.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The harness against a server that answers in both dialects with fixed texts. */
class CompareServersTest {
    private HttpServer server;
    private String address;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        answer("/api/chat", """
            {"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}
            {"message":{"role":"assistant","content":"a b"},"done":false}
            {"message":{"role":"assistant","content":""},"done":true,"prompt_eval_count":40,"eval_count":3}
            """);
        answer("/v1/chat/completions", """
            data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

            data: {"choices":[{"delta":{"content":"a b"}}]}

            data: {"choices":[],"usage":{"prompt_tokens":41,"completion_tokens":2}}

            data: [DONE]

            """);
        server.start();
        address = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void readsTextAndCountsOfBothDialects() throws Exception {
        try (var client = new StreamClient()) {
            Sample ollama = client.ask(Target.parse("a=ollama," + address + ",m"), "q", 3);
            assertThat(ollama.text()).isEqualTo("hma b");
            assertThat(ollama.promptTokens()).isEqualTo(40);
            assertThat(ollama.outputTokens()).isEqualTo(3);
            Sample openai = client.ask(Target.parse("b=llama-server," + address + ",m"), "q", 3);
            assertThat(openai.text()).isEqualTo("a b");
            assertThat(openai.promptTokens()).isEqualTo(41);
            assertThat(openai.lastTokenNanos()).isGreaterThanOrEqualTo(openai.firstTokenNanos());
        }
    }

    @Test
    void everyWorkloadGivesOneRowPerServer() throws Exception {
        var printed = new ByteArrayOutputStream();
        var targets = List.of(Target.parse("a=ollama," + address + ",m"), Target.parse("b=openai," + address + ",m"));
        CompareServers.run(2, Workload.all(), targets, new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2 + 2 * Workload.all().size())
                .anyMatch(line -> line.startsWith("| eight-streams | b |"));
    }

    @Test
    void refusalOfAServerIsReportedNotMeasured() {
        server.removeContext("/api/chat");
        try (var client = new StreamClient()) {
            assertThatThrownBy(() -> client.ask(Target.parse("a=ollama," + address + ",m"), "q", 3))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a answered 404");
        }
    }

    @Test
    void loadGoesToThisMachineOnly() {
        assertThatThrownBy(() -> Target.parse("a=ollama,http://192.168.0.1:11434,m"))
                .hasMessageContaining("this machine only");
        assertThatThrownBy(() -> Target.parse("ollama")).hasMessageContaining("NAME=DIALECT,ADDRESS,MODEL");
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        var comparison = new Comparison(Workload.all().getFirst());
        for (double figure : new double[] {10, 20, 40}) {
            comparison.add("base", figure);
            comparison.add("other", figure * 1.5);
        }
        assertThat(comparison.rows().getLast()).isEqualTo("| decode | other | 30.0 tok/s | 1.50 (1.50 to 1.50) |");
    }

    private void answer(String path, String body) {
        server.createContext(path, exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }
}
