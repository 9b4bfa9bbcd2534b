package dev.llamero.benchmarks.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real proxy's process is killed at random points of a real model's greedy answer; the final text equals the
 * unbroken one, byte for byte. Each run is its seed: {@code -Dchain.kill.runs=30} does more of them.
 */
class ProxyKillTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RUNS = Integer.getInteger("chain.kill.runs", 1);
    private static final int FIRST_SEED = Integer.getInteger("chain.kill.seed", 1);
    private static final int TOKENS_MAX = 48;
    private static final String[] SUBJECTS = {"a llama", "the sea", "two mountains", "a clock", "bread"};

    /** Its answers are long enough to be in the middle of one. */
    private static final Path MODEL = RunningChain.root().resolve("../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf");

    @TempDir
    static Path folder;

    @Test
    void theTextIsTheUnbrokenOneWheneverTheProxyDies() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.exists(MODEL), () -> "no model with longer answers at " + MODEL);
        int killed = 0;
        try (var chain = RunningChain.start(MODEL, folder);
                var page = PageSocket.connect(chain.gateway())) {
            for (int seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
                var random = new Random(seed);
                String question =
                        "Tell me about " + SUBJECTS[random.nextInt(SUBJECTS.length)] + ", number " + seed + ".";
                awaitProxy(chain);
                String whole = answer(page, ask(page, "whole-seed-" + seed, question));
                String turn = ask(page, "broken-seed-" + seed, question);
                int piece = random.nextInt(TOKENS_MAX - 8);
                page.await(message -> isPast(message, turn, piece), "piece " + piece + " of seed " + seed);
                ProcessHandle proxy = chain.server("ProxyServer");
                proxy.destroyForcibly();
                proxy.onExit().join();
                JsonNode ended = page.awaitEnd(turn).message().at("/payload/answer");
                assertThat(ended.at("/turn/state").asText()).as("seed %d", seed).isEqualTo("DONE");
                String text = ended.path("content").asText();
                assertThat(text).as("seed %d", seed).isNotBlank();
                assertThat(ended.at("/turn/finishReason").asText())
                        .as("seed %d", seed)
                        .isIn("stop", "length");
                int attempts = ended.at("/turn/attempts").asInt();
                killed += attempts > 1 ? 1 : 0;
                assertThat(text).as("seed %d", seed).isEqualTo(whole);
                System.out.println("proxy killed, seed " + seed + ": after piece " + piece + ", attempts " + attempts);
            }
        }
        assertThat(killed).as("answers that were broken off").isPositive();
    }

    /** A kill after an answer's end leaves the restart to the next run, whose first answer must be unbroken. */
    private static void awaitProxy(RunningChain chain) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        URI health = URI.create(chain.proxy() + "/healthz");
        try (var client = HttpClient.newHttpClient()) {
            while (true) {
                try {
                    client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding());
                    return;
                } catch (IOException e) {
                    assertThat(System.nanoTime()).as("the proxy is back: %s", e).isLessThan(end);
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        }
    }

    private static boolean isPast(JsonNode message, String turn, int piece) {
        return message.at("/payload/turnId").asText().equals(turn)
                && (message.path("event").asText().equals("turn.ended")
                        || message.at("/payload/seq").asInt() > piece);
    }

    private static String answer(PageSocket page, String turn) throws InterruptedException {
        JsonNode answer = page.awaitEnd(turn).message().at("/payload/answer");
        assertThat(answer.at("/turn/attempts").asInt()).isEqualTo(1);
        return answer.path("content").asText();
    }

    /** Asks in a conversation of its own, greedily; gives the turn's id. */
    private static String ask(PageSocket page, String sessionKey, String question) throws InterruptedException {
        ObjectNode session = JSON.createObjectNode().put("sessionKey", sessionKey);
        ObjectNode configure = session.deepCopy();
        configure.putObject("settings").put("temperature", 0).put("answerTokensMax", TOKENS_MAX);
        page.granted("sessions.configure", configure);
        page.granted("chat.history", session);
        ObjectNode send = session.deepCopy().put("message", question).put("idempotencyKey", sessionKey);
        return page.granted("chat.send", send).path("turnId").asText();
    }
}
