package dev.llamero.benchmarks.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Mixed requests. The n-th request of a seed is always the same, whichever thread sends it. A fifth of all is dropped
 * by the client at a random time.
 *
 * @param models two or more, loaded and unloaded in turns
 * @param embedder a model that makes vectors, or empty: then requests for vectors must be refused
 */
record Traffic(long seed, List<String> models, String embedder) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DROPPED_OF_HUNDRED = 20;
    private static final int DROP_MILLIS_MAX = 400;
    private static final List<String> QUESTIONS = List.of(
            "Who are you?",
            "What is the time in Geneva?",
            "Name three rivers.",
            "Tell me a story about a lamp.",
            "你好",
            "What is 2 + 2?");
    private static final List<String> LISTS = List.of("/api/tags", "/api/ps", "/api/version", "/v1/models");

    Call call(int index) {
        var random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + index);
        Call call = kind(random);
        boolean drops = random.nextInt(100) < DROPPED_OF_HUNDRED;
        return drops ? call.dropped(random.nextInt(DROP_MILLIS_MAX)) : call;
    }

    private Call kind(SplittableRandom random) {
        int share = random.nextInt(100);
        if (share < 34) {
            return Call.post("chat", "/api/chat", chat(random).toString());
        }
        if (share < 46) {
            ObjectNode body = answer(random).put("prompt", question(random));
            return Call.post("generate", "/api/generate", body.toString());
        }
        if (share < 56) {
            return tools(random);
        }
        if (share < 65) {
            return format(random);
        }
        if (share < 73) {
            return embed(random);
        }
        if (share < 80) {
            return Call.get(LISTS.get(random.nextInt(LISTS.size())));
        }
        if (share < 86) {
            ObjectNode body = chat(random).put("keep_alive", 0);
            return Call.post("chat and unload", "/api/chat", body.toString());
        }
        return share < 92 ? openAi(random) : wrong(random);
    }

    private Call tools(SplittableRandom random) {
        ObjectNode body = chat(random);
        ObjectNode function = body.putArray("tools")
                .addObject()
                .put("type", "function")
                .putObject("function")
                .put("name", "get_current_time")
                .put("description", "Get the current time in a city");
        ObjectNode parameters = function.putObject("parameters").put("type", "object");
        parameters.putObject("properties").putObject("city").put("type", "string");
        return Call.post("tools", "/api/chat", body.toString());
    }

    private Call format(SplittableRandom random) {
        ObjectNode body = chat(random);
        if (random.nextBoolean()) {
            body.put("format", "json");
        } else {
            ObjectNode schema = body.putObject("format").put("type", "object");
            schema.putObject("properties").putObject("n").put("type", "integer");
            schema.putArray("required").add("n");
        }
        return Call.post("format", "/api/chat", body.toString());
    }

    private Call embed(SplittableRandom random) {
        boolean able = !embedder.isEmpty();
        ObjectNode body = JSON.createObjectNode().put("model", able ? embedder : models.getFirst());
        body.putArray("input").add(question(random)).add("a cat");
        Call call = Call.post("embed", "/api/embed", body.toString());
        return able ? call : call.refused(400, 501);
    }

    private Call openAi(SplittableRandom random) {
        ObjectNode body = JSON.createObjectNode().put("model", model(random)).put("stream", random.nextBoolean());
        body.put("max_tokens", 1 + random.nextInt(20)).put("temperature", 0.8).put("seed", random.nextInt(1000));
        body.putArray("messages").addObject().put("role", "user").put("content", question(random));
        return Call.post("openai", "/v1/chat/completions", body.toString());
    }

    private Call wrong(SplittableRandom random) {
        Call call = switch (random.nextInt(4)) {
            case 0 ->
                Call.post(
                        "error",
                        "/api/chat",
                        chat(random).put("model", "nobody").toString());
            case 1 -> Call.post("error", "/api/chat", "{\"model\":");
            case 2 -> Call.post("error", "/api/generate", "{\"model\":7}");
            default -> Call.post("error", "/api/nothing", "{}");
        };
        return call.refused(400, 405);
    }

    private ObjectNode chat(SplittableRandom random) {
        ObjectNode body = answer(random);
        var messages = body.putArray("messages");
        // Some come back with a history that the server has seen from another client.
        if (random.nextInt(3) == 0) {
            messages.addObject().put("role", "user").put("content", question(random));
            messages.addObject().put("role", "assistant").put("content", "I do not know.");
        }
        messages.addObject().put("role", "user").put("content", question(random));
        return body;
    }

    private ObjectNode answer(SplittableRandom random) {
        ObjectNode body = JSON.createObjectNode().put("model", model(random)).put("stream", random.nextInt(4) > 0);
        ObjectNode options = body.putObject("options").put("num_predict", 1 + random.nextInt(30));
        options.put("temperature", random.nextBoolean() ? 0 : 0.9).put("seed", random.nextInt(1000));
        return body;
    }

    private String model(SplittableRandom random) {
        return models.get(random.nextInt(10) < 7 ? 0 : 1 + random.nextInt(models.size() - 1));
    }

    private static String question(SplittableRandom random) {
        String question = QUESTIONS.get(random.nextInt(QUESTIONS.size()));
        return random.nextInt(5) == 0 ? question.repeat(1 + random.nextInt(40)) : question;
    }
}
