package dev.llamero.proxy;

import dev.llamero.proxy.ScriptedUpstream.Script;

/**
 * Streams as servers of OpenAI's dialect send them, with the details that differ: llama-server 0.5 names the model's
 * thinking reasoning_content and ends with timings; vLLM 0.11 sends a role chunk first, usage in a chunk without
 * choices, and error objects of its own shape.
 */
final class OpenAiServers {
    static final String SSE_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private OpenAiServers() {}

    /** One event as both write it. */
    static String event(String json) {
        return "data: " + json + "\n\n";
    }

    static String delta(String delta, String finish) {
        return event("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"
                + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,"
                + "\"finish_reason\":" + finish + "}]}");
    }

    /** llama-server's stream: role with null content, thinking, text, a last chunk, usage with timings. */
    static Script llamaServerStream(String thinking, String... contents) {
        return wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nContent-Type: text/event-stream\r\n"
                    + "Keep-Alive: timeout=5, max=100\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.chunk(delta("{\"role\":\"assistant\",\"content\":null}", "null"));
            wire.chunk(delta("{\"reasoning_content\":\"" + thinking + "\"}", "null"));
            for (String content : contents) {
                wire.chunk(delta("{\"content\":\"" + content + "\"}", "null"));
            }
            wire.chunk(delta("{}", "\"stop\""));
            wire.chunk(event("{\"choices\":[],\"created\":1764000000,\"id\":\"chatcmpl-1\",\"model\":\"m\","
                    + "\"object\":\"chat.completion.chunk\",\"usage\":{\"completion_tokens\":3,\"prompt_tokens\":12,"
                    + "\"total_tokens\":15,\"prompt_tokens_details\":{\"cached_tokens\":10}},"
                    + "\"timings\":{\"cache_n\":10,\"prompt_n\":2,\"predicted_n\":3}}"));
            wire.chunk("data: [DONE]\n\n");
            wire.raw("0\r\n\r\n");
        };
    }

    /** vLLM's stream: role with empty content at once, text, finish, a usage chunk without choices, [DONE]. */
    static Script vllmStream(String... contents) {
        return wire -> {
            wire.raw("HTTP/1.1 200 OK\r\ndate: Mon, 24 Nov 2025 10:00:00 GMT\r\nserver: uvicorn\r\n"
                    + "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n");
            wire.chunk(delta("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
            for (String content : contents) {
                wire.chunk(delta("{\"content\":\"" + content + "\"}", "null"));
            }
            wire.chunk(delta("{\"content\":\"\"}", "\"stop\""));
            wire.chunk(event("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"
                    + "\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"total_tokens\":15,"
                    + "\"completion_tokens\":3,\"prompt_tokens_details\":null}}"));
            wire.chunk("data: [DONE]\n\n");
            wire.raw("0\r\n\r\n");
        };
    }
}
