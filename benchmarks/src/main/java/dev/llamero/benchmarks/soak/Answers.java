package dev.llamero.benchmarks.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.benchmarks.load.HttpExchange;
import dev.llamero.benchmarks.servers.PlainHttp;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether a server still answers as a fresh one, and still runs as many conversations at once. */
final class Answers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> QUESTIONS =
            List.of("Who are you?", "What is the time in Geneva?", "Tell me a story about a river.");
    private static final int TOKENS = 48;
    private static final int PIECE_MILLIS_MAX = 60_000;

    private Answers() {}

    /**
     * Greedy answers, one after the other, by question. The model must be a trained one: a random model's candidates
     * lie so close together that the order in which a step adds its numbers decides between them.
     */
    static Map<String, String> greedy(Target target, String model) throws IOException, InterruptedException {
        var answers = new LinkedHashMap<String, String>();
        for (String question : QUESTIONS) {
            ObjectNode body = request(model, question, TOKENS).put("stream", false);
            PlainHttp.Reply reply = PlainHttp.post(target, "/api/chat", body.toString());
            JsonNode message = JSON.readTree(reply.body()).path("message");
            answers.put(question, message.isMissingNode() ? reply.body() : message.toString());
        }
        return answers;
    }

    /** Where two servers' answers differ, in sentences. */
    static List<String> differences(Map<String, String> fresh, Map<String, String> used) {
        var findings = new ArrayList<String>();
        fresh.forEach((question, answer) -> {
            if (!answer.equals(used.get(question))) {
                findings.add("the answer to \"" + question + "\" differs from a fresh server's: " + used.get(question)
                        + " instead of " + answer);
            }
        });
        return findings;
    }

    /**
     * Starts so many endless answers at once and waits until each has given text. A place that some earlier request has
     * never given back would leave the last one waiting.
     */
    static List<String> missingPlaces(Target target, String model, int places) throws IOException {
        var open = new ArrayList<HttpExchange>();
        try {
            for (int i = 0; i < places; i++) {
                byte[] body = request(model, "Count to " + (1000 + i), 100_000)
                        .put("stream", true)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
                var exchange = new HttpExchange(target.port());
                open.add(exchange);
                exchange.waitAtMost(PIECE_MILLIS_MAX);
                exchange.send(("POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1:" + target.port()
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                exchange.send(body);
            }
            for (int i = 0; i < places; i++) {
                if (open.get(i).readHead() != 200 || open.get(i).readLine() == null) {
                    return List.of("conversation " + (i + 1) + " of " + places + " at once was refused");
                }
            }
            return List.of();
        } catch (java.net.SocketTimeoutException e) {
            return List.of("of " + places + " conversations at once not all were answered: a place is missing");
        } finally {
            open.forEach(HttpExchange::close);
        }
    }

    private static ObjectNode request(String model, String question, int tokens) {
        ObjectNode body = JSON.createObjectNode().put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", question);
        body.putObject("options").put("temperature", 0).put("num_predict", tokens);
        return body;
    }
}
