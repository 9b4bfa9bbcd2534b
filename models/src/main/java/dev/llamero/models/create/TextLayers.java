package dev.llamero.models.create;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.GoJson;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Template, system message, licences, parameters and messages of a model in the making. Used by one thread. */
final class TextLayers {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long PARAMETER_BYTES_MAX = 16 << 20;

    private final StoreFolder store;
    private final StoreFolder.Hold hold;
    private final List<Part> parts;
    private final Set<Digest> created = new HashSet<>();
    private final Set<Digest> dropped = new HashSet<>();

    /** @param parts in order; changed by the methods here */
    TextLayers(StoreFolder store, StoreFolder.Hold hold, List<Part> parts) {
        this.store = store;
        this.hold = hold;
        this.parts = parts;
    }

    private Part add(String mediaType, String text) throws IOException {
        Blobs.Added added = store.blobs().add(text);
        hold.add(added.digest());
        if (added.isNew()) {
            created.add(added.digest());
        }
        // What was written a moment ago for a layer that this one replaces still counts as new.
        boolean isNew = created.contains(added.digest());
        Part part = Part.of(mediaType, new Blobs.Added(added.digest(), added.size(), isNew), Optional.empty());
        parts.add(part);
        return part;
    }

    private void drop(String mediaType) {
        parts.stream()
                .filter(part -> part.is(mediaType))
                .forEach(part -> dropped.add(part.layer().digest()));
        parts.removeIf(part -> part.is(mediaType));
    }

    /** Blobs of the layers that were replaced. */
    Set<Digest> dropped() {
        return dropped;
    }

    /** Adds the Go template that stands for the Jinja template in the weights, if it is a known one. */
    void addKnownTemplate(KnownTemplates templates) throws IOException {
        for (Part part : List.copyOf(parts)) {
            var jinja = part.gguf().flatMap(gguf -> gguf.chatTemplate());
            var known = jinja.flatMap(templates::nearest);
            if (known.isPresent()) {
                Part template = add(Layer.TEMPLATE, known.get().template());
                parts.set(
                        parts.indexOf(template),
                        template.withStatus(
                                "using autodetected template " + known.get().name()));
                if (known.get().parameters().isPresent()) {
                    add(Layer.PARAMETERS, known.get().parameters().get());
                }
            }
        }
    }

    void template(String template, TemplateCheck check) throws IOException {
        if (template.isEmpty()) {
            return;
        }
        Optional<String> fault = check.fault(template);
        if (fault.isPresent()) {
            throw new CreateException(400, "template error: " + fault.get());
        }
        drop(Layer.TEMPLATE);
        add(Layer.TEMPLATE, template);
    }

    void system(String system) throws IOException {
        if (!system.isEmpty()) {
            drop(Layer.SYSTEM);
            add(Layer.SYSTEM, system);
        }
    }

    void licenses(List<String> licenses) throws IOException {
        for (String license : licenses) {
            add(Layer.LICENSE, license);
        }
    }

    /** Puts values over those that are there. */
    void parameters(Map<String, Object> given) throws IOException {
        Map<String, Object> merged = new TreeMap<>();
        for (Part part : parts) {
            if (part.is(Layer.PARAMETERS)) {
                byte[] blob = store.blobs().read(part.layer().digest(), PARAMETER_BYTES_MAX);
                JSON.readValue(blob, new TypeReference<Map<String, Object>>() {})
                        .forEach(merged::putIfAbsent);
            }
        }
        merged.putAll(given);
        if (!merged.isEmpty()) {
            drop(Layer.PARAMETERS);
            add(Layer.PARAMETERS, GoJson.of(asGo(merged)) + "\n");
        }
    }

    void messages(List<Map<String, Object>> messages) throws IOException {
        if (!messages.isEmpty()) {
            drop(Layer.MESSAGES);
            add(Layer.MESSAGES, GoJson.of(messages) + "\n");
        }
    }

    /** Go reads every number as a double, and writes the keys of a map in order. */
    private static Object asGo(Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, item) -> sorted.put((String) key, item == null ? null : asGo(item)));
                yield sorted;
            }
            case List<?> list -> {
                var items = new ArrayList<Object>();
                list.forEach(item -> items.add(item == null ? null : asGo(item)));
                yield items;
            }
            default -> value;
        };
    }
}
