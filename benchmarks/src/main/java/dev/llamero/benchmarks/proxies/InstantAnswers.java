package dev.llamero.benchmarks.proxies;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The answers of {@link InstantUpstream}, made once: each is the list of its writes. Immutable. */
final class InstantAnswers {
    /** The model that it has. */
    static final String MODEL = "mock";

    private static final String WORD = "token ";
    private static final String STAMP = "2026-01-01T00:00:00Z";

    private final byte[][] version = whole("{\"version\":\"0.21.0\"}");
    private final byte[][] tags =
            whole("{\"models\":[{\"name\":\"mock\",\"model\":\"mock\",\"modified_at\":\"" + STAMP + "\",\"size\":1}]}");
    private final byte[][] models = whole(
            "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\",\"created\":1,\"owned_by\":\"x\"}]}");
    private final byte[][] nowhere = {
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII)
    };
    private final byte[][] openAiWhole;
    private final byte[][] openAiStream;
    private final byte[][] ollamaWhole;
    private final byte[][] ollamaStream;

    InstantAnswers(int chunks) {
        String text = WORD.repeat(chunks);
        openAiWhole = whole("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":" + chunks
                + ",\"total_tokens\":" + (5 + chunks) + "}}");
        openAiStream = streamed("text/event-stream", openAiEvents(chunks));
        String end = ",\"done\":true,\"done_reason\":\"stop\",\"total_duration\":9,\"load_duration\":1,"
                + "\"prompt_eval_count\":5,\"prompt_eval_duration\":1,\"eval_count\":" + chunks
                + ",\"eval_duration\":1}";
        ollamaWhole = whole(ollama(text) + end);
        var lines = new ArrayList<String>();
        for (int i = 0; i < chunks; i++) {
            lines.add(ollama(WORD) + ",\"done\":false}\n");
        }
        lines.add(ollama("") + end + "\n");
        ollamaStream = streamed("application/x-ndjson", lines);
    }

    /** The writes that answer a request. */
    byte[][] to(String requestLine, String body) {
        String path = requestLine.split(" ")[1];
        String compact = body.replace(" ", "");
        return switch (path) {
            case "/v1/chat/completions" -> compact.contains("\"stream\":true") ? openAiStream : openAiWhole;
            case "/api/chat" -> compact.contains("\"stream\":false") ? ollamaWhole : ollamaStream;
            case "/api/version" -> version;
            case "/api/tags" -> tags;
            case "/v1/models" -> models;
            default -> nowhere;
        };
    }

    private static List<String> openAiEvents(int chunks) {
        String before = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                + "\"model\":\"mock\",\"choices\":[{\"index\":0,\"delta\":";
        var events = new ArrayList<String>();
        for (int i = 0; i < chunks; i++) {
            events.add(before + "{\"role\":\"assistant\",\"content\":\"" + WORD + "\"},\"finish_reason\":null}]}\n\n");
        }
        events.add(before + "{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        return events;
    }

    private static String ollama(String text) {
        return "{\"model\":\"mock\",\"created_at\":\"" + STAMP + "\",\"message\":{\"role\":\"assistant\",\"content\":\""
                + text + "\"}";
    }

    private static byte[][] whole(String json) {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + json.length();
        return new byte[][] {(head + "\r\n\r\n" + json).getBytes(StandardCharsets.US_ASCII)};
    }

    private static byte[][] streamed(String type, List<String> pieces) {
        byte[][] writes = new byte[pieces.size()][];
        for (int i = 0; i < writes.length; i++) {
            String piece = pieces.get(i);
            String head =
                    i > 0 ? "" : "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n";
            String end = i < writes.length - 1 ? "" : "0\r\n\r\n";
            writes[i] = (head + Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n" + end)
                    .getBytes(StandardCharsets.US_ASCII);
        }
        return writes;
    }
}
