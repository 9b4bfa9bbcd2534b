package dev.llamero.inference.http;

import dev.llamero.inference.api.JsonText;
import java.util.Map;

/** Objects as Ollama sends them: one JSON value, or one per line (specification 7.1). */
final class OllamaReplies implements Replies {
    private final Exchange exchange;
    private StreamWriter out;

    OllamaReplies(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void only(Map<String, Object> object) {
        exchange.json(200, object);
    }

    @Override
    public void piece(Map<String, Object> object) {
        if (out == null) {
            out = exchange.stream("application/x-ndjson");
        }
        out.write(Texts.utf8(JsonText.of(object) + "\n"));
    }

    @Override
    public void last(Map<String, Object> object) {
        piece(object);
        out.close();
    }

    @Override
    public boolean started() {
        return out != null;
    }
}
