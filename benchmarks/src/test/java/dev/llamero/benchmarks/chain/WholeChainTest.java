package dev.llamero.benchmarks.chain;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product as a user meets it: {@code ./llamero up}, a model in the JVM, curl on three ports, a browser on the page,
 * a layer that is killed, Ctrl-C. The chain is started once; the last test ends it.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WholeChainTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(60);
    private static final double PAGE_WAIT_MILLIS = 60_000;
    private static final int TRACES = 5;
    private static final String QUESTION = "你好 😀, who are you?";

    @TempDir
    static Path folder;

    private static RunningChain chain;
    private static String model;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        chain = RunningChain.start(RunningChain.root().resolve("models/tiny-qwen3/tiny-qwen3.gguf"), folder);
        model = get(chain.inference() + "/api/tags")
                .path("models")
                .path(0)
                .path("name")
                .asText();
    }

    @AfterAll
    static void stop() {
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    @Order(1)
    void theThreeChecksOfANewInstallation() throws IOException, InterruptedException {
        assertThat(model).isNotEmpty();
        HttpResponse<String> empty = post(chain.proxy() + "/v1/chat/completions", "{}");
        assertThat(empty.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(empty.body()).path("error").path("message").asText())
                .isNotEmpty();
        assertThat(get(chain.gateway() + "/healthz").path("status").asText()).isEqualTo("ok");
        assertThat(get(chain.proxy() + "/healthz")
                        .path("upstream")
                        .path("reachable")
                        .asBoolean())
                .isTrue();
    }

    @Test
    @Order(2)
    void threePortsGiveTheSameAnswer() throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", false);
        body.putArray("messages").addObject().put("role", "user").put("content", QUESTION);
        body.putObject("options").put("temperature", 0).put("num_predict", 80);
        JsonNode direct = JSON.readTree(
                        post(chain.inference() + "/api/chat", body.toString()).body())
                .path("message");
        body.put("temperature", 0).put("max_tokens", 80);
        body.remove("options");
        for (String layer : List.of(chain.proxy(), chain.gateway())) {
            JsonNode message = JSON.readTree(post(layer + "/v1/chat/completions", body.toString())
                            .body())
                    .path("choices")
                    .path(0)
                    .path("message");
            assertThat(message.path("content").asText())
                    .as(layer)
                    .isEqualTo(direct.path("content").asText());
            assertThat(message.path("reasoning").asText(""))
                    .as(layer)
                    .isEqualTo(direct.path("thinking").asText(""));
        }
        assertThat(direct.path("content").asText() + direct.path("thinking").asText())
                .isNotEmpty();
    }

    @Test
    @Order(3)
    void oneRequestIdPassesThroughEveryLayer() throws IOException, InterruptedException {
        String id = "chain-test-" + System.nanoTime();
        String body =
                "{\"model\":\"" + model + "\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var request = HttpRequest.newBuilder(URI.create(chain.gateway() + "/v1/chat/completions"))
                .header("X-Request-ID", id)
                .timeout(ANSWER_WAIT)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(response.headers().firstValue("X-Request-ID")).contains(id);
        }
        for (String layer : List.of("inference", "proxy", "gateway")) {
            waitUntil(
                    () -> chain.output().stream().anyMatch(line -> line.startsWith(layer) && line.contains(id)),
                    layer + " logs " + id);
        }
    }

    @Test
    @Order(4)
    void questionInThePageIsAnsweredAndDebugShowsTheLayers() {
        try (var browser = TestChromium.startOrSkip()) {
            Page page = browser.page(chain.gateway());
            ask(page, QUESTION);
            awaitText(page);
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/chain-answer.png")));
            ask(page, "/debug");
            for (String layer : List.of("gateway", "proxy", "inference")) {
                assertThat(page.locator("llamero-debug li[data-layer=" + layer + "].up"))
                        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PAGE_WAIT_MILLIS));
            }
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/chain-debug.png")));
        }
    }

    @Test
    @Order(5)
    void partsOfEachTraceAddUpWithinWhatThePageMeasured() throws InterruptedException {
        try (var page = PageSocket.connect(chain.gateway())) {
            for (int i = 0; i < TRACES; i++) {
                TracedTurn turn = TracedTurn.ask(page, "trace-chain-" + i, QUESTION);
                System.out.println("trace of the whole chain: " + turn);
                turn.check();
            }
        }
    }

    @Test
    @Order(6)
    void killedInferenceIsToldRestartedAndTheAnswerGoesOn() throws IOException, InterruptedException {
        try (var browser = TestChromium.startOrSkip()) {
            Page page = browser.page(chain.gateway());
            ProcessHandle inference = chain.server("InferenceServer");
            // A stopped process holds the answer in its middle for as long as the test needs.
            new ProcessBuilder("kill", "-STOP", Long.toString(inference.pid()))
                    .start()
                    .waitFor();
            ask(page, "Who are you?");
            assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop")))
                    .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PAGE_WAIT_MILLIS));
            inference.destroyForcibly();
            assertThat(page.locator("llamero-message .resuming"))
                    .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PAGE_WAIT_MILLIS));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/chain-killed.png")));
            waitUntil(() -> answers(chain.inference() + "/api/version"), "inference is back");
            assertThat(page.locator("llamero-message .resuming"))
                    .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(PAGE_WAIT_MILLIS));
            awaitText(page);
            assertThat(chain.output())
                    .anyMatch(line -> line.startsWith("inference") && line.contains("ended with signal 9"));
        }
    }

    @Test
    @Order(7)
    void interruptEndsEveryProcess() throws InterruptedException {
        List<ProcessHandle> servers = chain.interrupt();
        assertThat(servers).hasSize(3);
        for (ProcessHandle server : servers) {
            waitUntil(() -> !server.isAlive(), "process " + server.pid() + " ends");
        }
    }

    /** A small model may go on for long at the default temperature, so the beginning of its answer has to do. */
    private static void awaitText(Page page) {
        Locator answer = page.locator("llamero-message.assistant").last();
        assertThat(answer.locator("> .content, .thinking").first())
                .not()
                .isEmpty(new LocatorAssertions.IsEmptyOptions().setTimeout(PAGE_WAIT_MILLIS));
    }

    private static void ask(Page page, String question) {
        Locator input = page.getByRole(AriaRole.TEXTBOX);
        input.fill(question);
        input.press("Enter");
    }

    private static boolean answers(String address) {
        try {
            get(address);
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static JsonNode get(String address) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(ANSWER_WAIT)
                    .build();
            return JSON.readTree(
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }

    private static HttpResponse<String> post(String address, String body) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(address))
                            .timeout(ANSWER_WAIT)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void waitUntil(Condition condition, String what) throws InterruptedException {
        long end = System.nanoTime() + ANSWER_WAIT.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("time left until " + what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
