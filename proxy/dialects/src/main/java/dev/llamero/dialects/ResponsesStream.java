package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of one streamed response (specification 18.6, OpenAI's reference of responses streaming). One item is open
 * at a time: thinking, text or a call; the next one closes it. One answer, one thread.
 */
final class ResponsesStream implements AnswerWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int CHARS_MAX = 64 << 20;

    private final ResponseObject response;
    private final Sse out = new Sse();
    private final ArrayNode output = NODES.arrayNode();
    private int sequence;
    private long chars;
    private boolean finished;
    private Item open = new None();

    /** What is being written. */
    private sealed interface Item {}

    private record None() implements Item {}

    private record Reasoning(String id, StringBuilder text) implements Item {}

    private record Message(String id, StringBuilder text, List<JsonNode> logprobs) implements Item {}

    private record Call(String id, TextCollector.Call call) implements Item {}

    ResponsesStream(ResponseObject response) {
        this.response = response;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    @Override
    public byte[] write(AnswerChunk chunk) {
        if (finished) {
            throw DialectException.garbled("the model server went on after the end of its answer");
        }
        if (sequence == 0) {
            start();
        }
        count(chunk);
        if (!chunk.thinking().isEmpty()) {
            think(chunk.thinking());
        }
        if (!chunk.content().isEmpty() || !chunk.logprobs().isEmpty() && open instanceof Message) {
            text(chunk.content(), chunk.logprobs());
        }
        chunk.toolCalls().forEach(this::call);
        chunk.end().ifPresent(this::finish);
        return out.take();
    }

    private void count(AnswerChunk chunk) {
        chars += chunk.content().length() + chunk.thinking().length();
        for (ToolPart part : chunk.toolCalls()) {
            chars += part.arguments().length();
        }
        if (chars > CHARS_MAX) {
            throw DialectException.garbled("the model server sent an answer of more than " + CHARS_MAX + " characters");
        }
    }

    private void start() {
        event("response.created", NODES.objectNode().set("response", response.running()));
        event("response.in_progress", NODES.objectNode().set("response", response.running()));
    }

    private void finish(AnswerChunk.End end) {
        finished = true;
        close(response.itemState(end));
        boolean incomplete = response.official() && end.cut();
        event(
                incomplete ? "response.incomplete" : "response.completed",
                NODES.objectNode().set("response", response.ended(output, end)));
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public byte[] failure(Failure failure) {
        if (sequence == 0) {
            start();
        }
        event("response.failed", NODES.objectNode().set("response", response.failed(failure)));
        return out.take();
    }

    private void think(String text) {
        if (!(open instanceof Reasoning)) {
            close("completed");
            var item = new Reasoning(response.id("rs", output.size()), new StringBuilder());
            open = item;
            ObjectNode added = NODES.objectNode().put("id", item.id()).put("type", "reasoning");
            added.putArray("summary");
            event("response.output_item.added", NODES.objectNode().set("item", added));
            // Ollama leaves the part's own events out; OpenAI's client for Node fails without them.
            event("response.reasoning_summary_part.added", summaryPart(item));
        }
        Reasoning item = (Reasoning) open;
        item.text().append(text);
        event("response.reasoning_summary_text.delta", summary(item).put("delta", text));
    }

    private static ObjectNode summary(Reasoning item) {
        return NODES.objectNode().put("item_id", item.id()).put("summary_index", 0);
    }

    private static ObjectNode summaryPart(Reasoning item) {
        ObjectNode part = summary(item);
        part.putObject("part")
                .put("type", "summary_text")
                .put("text", item.text().toString());
        return part;
    }

    private void text(String text, List<JsonNode> logprobs) {
        if (!(open instanceof Message)) {
            close("completed");
            var item = new Message(response.id("msg", output.size()), new StringBuilder(), new ArrayList<>());
            open = item;
            ObjectNode added = NODES.objectNode()
                    .put("id", item.id())
                    .put("type", "message")
                    .put("status", "in_progress")
                    .put("role", "assistant");
            added.putArray("content");
            event("response.output_item.added", NODES.objectNode().set("item", added));
            event("response.content_part.added", content(item).set("part", response.part("", List.of())));
        }
        Message item = (Message) open;
        item.text().append(text);
        item.logprobs().addAll(logprobs);
        ObjectNode delta = content(item).put("delta", text);
        event("response.output_text.delta", delta.set("logprobs", ResponseObject.logprobs(logprobs)));
    }

    private static ObjectNode content(Message item) {
        return NODES.objectNode().put("item_id", item.id()).put("content_index", 0);
    }

    private void call(ToolPart part) {
        if (part.begins()) {
            close("completed");
            var call = new TextCollector.Call(part.index(), TextCollector.id(part), part.name(), new StringBuilder());
            var item = new Call(response.id("fc", output.size()), call);
            open = item;
            ObjectNode added = response.call(item.id(), call, "", "in_progress");
            event("response.output_item.added", NODES.objectNode().set("item", added));
        }
        if (!(open instanceof Call(String id, TextCollector.Call call)) || call.index() != part.index()) {
            throw DialectException.garbled("the model server sent parts of tool calls out of order");
        }
        call.text().append(part.arguments());
        if (!part.arguments().isEmpty()) {
            event(
                    "response.function_call_arguments.delta",
                    NODES.objectNode().put("item_id", id).put("delta", part.arguments()));
        }
    }

    private void close(String state) {
        Item item = open;
        switch (item) {
            case None _ -> {
                return;
            }
            case Reasoning reasoning -> {
                String text = reasoning.text().toString();
                event("response.reasoning_summary_text.done", summary(reasoning).put("text", text));
                event("response.reasoning_summary_part.done", summaryPart(reasoning));
                done(response.reasoning(reasoning.id(), text));
            }
            case Message message -> {
                String text = message.text().toString();
                ObjectNode textDone = content(message).put("text", text);
                event(
                        "response.output_text.done",
                        textDone.set("logprobs", ResponseObject.logprobs(message.logprobs())));
                event(
                        "response.content_part.done",
                        content(message).set("part", response.part(text, message.logprobs())));
                done(response.message(message.id(), text, message.logprobs(), state));
            }
            case Call(String id, TextCollector.Call call) -> {
                event(
                        "response.function_call_arguments.done",
                        NODES.objectNode().put("item_id", id).put("arguments", call.arguments()));
                done(response.call(id, call, call.arguments(), state));
            }
        }
        open = new None();
    }

    private void done(ObjectNode item) {
        event("response.output_item.done", NODES.objectNode().set("item", item));
        output.add(item);
    }

    /** Adds type and number, and the place of the open item; members are sorted, as Ollama's are. */
    private void event(String type, ObjectNode data) {
        data.put("type", type);
        data.put("sequence_number", sequence++);
        if (data.has("item") || data.has("item_id")) {
            data.put("output_index", output.size());
        }
        JsonNode sorted = SortedJson.of(data);
        out.event(type, json -> {
            for (var member : sorted.properties()) {
                json.writeFieldName(member.getKey());
                json.writeTree(member.getValue());
            }
        });
    }
}
