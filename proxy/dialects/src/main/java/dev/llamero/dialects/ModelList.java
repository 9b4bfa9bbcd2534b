package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Ollama's {@code /api/tags} as OpenAI's list of models (specification 18.5). */
public final class ModelList {
    private static final String DEFAULT_TAG = ":latest";

    private final List<Entry> entries;

    private ModelList(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads the answer of {@code GET /api/tags}.
     *
     * @throws DialectException with {@link DialectError.Garbled} if it is none
     */
    public static ModelList read(byte[] tags) {
        JsonNode models = parse(tags).path("models");
        if (!models.isArray() && !models.isNull()) {
            throw DialectException.garbled("the model server's list of models is not in Ollama's format");
        }
        var entries = new ArrayList<Entry>();
        for (JsonNode model : models) {
            entries.add(new Entry(
                    model.path("name").asText(model.path("model").asText()),
                    seconds(model.path("modified_at").asText())));
        }
        return new ModelList(entries);
    }

    /**
     * Reads the answer of {@code GET /v1/models}.
     *
     * @throws DialectException with {@link DialectError.Garbled} if it is none
     */
    public static ModelList readOpenAi(byte[] list) {
        JsonNode data = parse(list).path("data");
        if (!data.isArray() && !data.isNull()) {
            throw DialectException.garbled("the model server's list of models is not in OpenAI's format");
        }
        var entries = new ArrayList<Entry>();
        for (JsonNode model : data) {
            entries.add(
                    new Entry(model.path("id").asText(), model.path("created").asLong()));
        }
        return new ModelList(entries);
    }

    /** A list of models known by name, with no date. */
    public static ModelList of(List<String> names) {
        return new ModelList(names.stream().map(name -> new Entry(name, 0)).toList());
    }

    /** This list, and the models of another one whose names are not in it. */
    public ModelList with(ModelList other) {
        var all = new LinkedHashMap<String, Entry>();
        entries.forEach(entry -> all.putIfAbsent(entry.name(), entry));
        other.entries.forEach(entry -> all.putIfAbsent(entry.name(), entry));
        return new ModelList(List.copyOf(all.values()));
    }

    /** The models of this list whose names are wanted. */
    public ModelList only(Predicate<String> wanted) {
        return new ModelList(
                entries.stream().filter(entry -> wanted.test(entry.name())).toList());
    }

    /** The names, in order. */
    public List<String> names() {
        return entries.stream().map(Entry::name).toList();
    }

    /** Body of {@code GET /v1/models}; an empty store gives an empty list, where Ollama gives null. */
    public byte[] list() {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (Entry entry : entries) {
                entry.write(json, entry.name());
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    /** Body of {@code GET /v1/models/ID}, with the id as typed; empty if there is no such model. */
    public Optional<byte[]> model(String id) {
        return model(id, id);
    }

    /** The same of the model with this name, with another text as its id. */
    public Optional<byte[]> model(String name, String id) {
        return entries.stream()
                .filter(entry ->
                        entry.name().equalsIgnoreCase(name) || entry.name().equalsIgnoreCase(name + DEFAULT_TAG))
                .findFirst()
                .map(entry -> Json.bytes(json -> {
                    entry.write(json, id);
                    json.writeRaw('\n');
                }));
    }

    /** Number of models. */
    public int size() {
        return entries.size();
    }

    private static JsonNode parse(byte[] tags) {
        try {
            return Json.read(tags);
        } catch (Json.InvalidJson e) {
            throw DialectException.garbled("the model server's list of models is not JSON");
        }
    }

    private static long seconds(String modifiedAt) {
        try {
            return OffsetDateTime.parse(modifiedAt).toEpochSecond();
        } catch (DateTimeException e) {
            // A list is worth more than its dates.
            return 0;
        }
    }

    private record Entry(String name, long createdSeconds) {
        void write(JsonGenerator json, String id) throws IOException {
            json.writeStartObject();
            json.writeStringField("id", id);
            json.writeStringField("object", "model");
            json.writeNumberField("created", createdSeconds);
            json.writeStringField("owned_by", owner());
            json.writeEndObject();
        }

        /** The namespace in {@code host/namespace/model:tag}; Ollama's own is called library. */
        private String owner() {
            String[] parts = name.split("/");
            return parts.length < 2 ? "library" : parts[parts.length - 2];
        }
    }
}
