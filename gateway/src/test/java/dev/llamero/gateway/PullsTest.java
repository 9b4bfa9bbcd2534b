package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models with their sizes, and pulls with their progress, from an inference server that says what Ollama says. */
class PullsTest {
    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private HttpServer inference;
    private RunningGateway gateway;
    private TestBrowser browser;
    private volatile String end = "{\"status\":\"success\"}";

    @BeforeEach
    void start() throws IOException {
        inference = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        inference.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        inference.createContext(
                "/api/tags",
                exchange -> reply(
                        exchange,
                        "{\"models\":[{\"name\":\"small:latest\",\"size\":1234,\"details\":{\"family\":\"qwen3\","
                                + "\"parameter_size\":\"0.6B\",\"quantization_level\":\"Q8_0\"}},"
                                + "{\"name\":\"idle\",\"size\":99}]}"));
        inference.createContext(
                "/api/ps",
                exchange -> reply(
                        exchange, "{\"models\":[{\"name\":\"small:latest\",\"size\":2000,\"context_length\":4096}]}"));
        inference.createContext("/api/pull", this::pull);
        inference.start();
        gateway = RunningGateway.start(
                proxy.address(),
                data,
                "--inference-endpoint",
                "http://127.0.0.1:" + inference.getAddress().getPort());
        browser = TestBrowser.connect(gateway.webSocket());
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        browser.close();
        gateway.close();
        inference.stop(0);
        proxy.close();
    }

    private static void reply(HttpExchange exchange, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void pull(HttpExchange exchange) throws IOException {
        String model = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, 0);
        try (var out = exchange.getResponseBody()) {
            out.write("{\"status\":\"pulling manifest\"}\n".getBytes(StandardCharsets.UTF_8));
            out.write("{\"status\":\"pulling a\",\"digest\":\"a\",\"total\":100,\"completed\":40}\n"
                    .getBytes(StandardCharsets.UTF_8));
            out.write("{\"status\":\"pulling b\",\"digest\":\"b\",\"total\":10,\"completed\":5}\n"
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (model.contains("endless")) {
                // A client that leaves shows at a write.
                while (!goOn.await(5, TimeUnit.MILLISECONDS)) {
                    out.write("{\"status\":\"pulling b\"}\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            }
            out.write((end + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            left.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private JsonNode awaitState(String state) throws InterruptedException {
        return browser.await(
                        "pull " + state,
                        message -> message.path("event").asText().equals("models.pull")
                                && message.at("/payload/state").asText().equals(state))
                .get("payload");
    }

    @Test
    void modelsAreListedWithWhatTheInferenceServerKnows() throws InterruptedException {
        JsonNode details = browser.granted("models.list").get("details");
        assertThat(details.get(0).toString())
                .isEqualTo("{\"name\":\"small:latest\",\"sizeBytes\":1234,\"loaded\":true,\"loadedBytes\":2000,"
                        + "\"contextTokens\":4096,\"parameterSize\":\"0.6B\",\"quantization\":\"Q8_0\","
                        + "\"family\":\"qwen3\"}");
        assertThat(details.at("/1/loaded").asBoolean()).isFalse();
        inference.stop(0);
        assertThat(browser.granted("models.list").get("details"))
                .as("without that server there are still names")
                .isEmpty();
    }

    @Test
    void theContextOfTheLoadedModelIsLearntForTheFigures() throws InterruptedException {
        proxy.lists("{\"data\":[{\"id\":\"small\"}]}");
        browser.granted("models.list");
        browser.granted("chat.history", "sessionKey", "session-0001");
        browser.granted("chat.send", "sessionKey", "session-0001", "message", "Hi", "idempotencyKey", "question-1");
        JsonNode statistics = browser.awaitEvent("turn.ended").at("/answer/turn/statistics");
        assertThat(statistics.get("contextTokensMax").asInt()).isEqualTo(4096);
    }

    @Test
    void aPullTellsHowFarAllItsLayersAre() throws InterruptedException {
        assertThat(browser.granted("models.pull", "model", "tiny").get("state").asText())
                .isEqualTo("RUNNING");
        JsonNode done = awaitState("DONE");
        assertThat(done.get("completedBytes").asLong()).isEqualTo(45);
        assertThat(done.get("totalBytes").asLong()).isEqualTo(110);
        assertThat(browser.granted("models.list").at("/pulls/0")).isEqualTo(done);
    }

    @Test
    void aPullThatFailsSaysWhy() throws InterruptedException {
        end = "{\"error\":\"pull model manifest: file does not exist\"}";
        browser.granted("models.pull", "model", "nothing");
        assertThat(awaitState("FAILED").get("errorMessage").asText())
                .contains("file does not exist")
                .contains("pull it again");
    }

    @Test
    void aPullThatEndsEarlyIsNotTakenForDone() throws InterruptedException {
        end = "{\"status\":\"verifying\"}";
        browser.granted("models.pull", "model", "half");
        assertThat(awaitState("FAILED").get("errorMessage").asText()).contains("before the model was whole");
    }

    @Test
    void aPullCanBeStoppedAndASecondOfTheSameModelIsTheSame() throws InterruptedException {
        browser.granted("models.pull", "model", "endless");
        browser.granted("models.pull", "model", "endless");
        browser.granted("models.pull", "model", "endless-2");
        JsonNode third = browser.ask("models.pull", "model", "endless-3");
        assertThat(third.at("/error/code").asText()).isEqualTo("BUSY");
        assertThat(browser.granted("models.pullStop", "model", "endless")
                        .get("stopped")
                        .asBoolean())
                .isTrue();
        assertThat(awaitState("STOPPED").get("model").asText()).isEqualTo("endless");
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(browser.granted("models.pullStop", "model", "endless")
                        .get("stopped")
                        .asBoolean())
                .isFalse();
    }
}
