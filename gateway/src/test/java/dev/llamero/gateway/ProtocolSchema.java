package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The protocol's JSON schema, against which the tests hold every frame that they send or hear. */
public final class ProtocolSchema {
    private static final ObjectNode ROOT = root();
    private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private ProtocolSchema() {}

    private static ObjectNode root() {
        try (InputStream in = GatewayServer.class.getResourceAsStream("protocol.schema.json")) {
            return (ObjectNode) new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names in one of the sections requests, responses, events. */
    public static List<String> names(String section) {
        return ROOT.at("/$defs/" + section).properties().stream()
                .map(Map.Entry::getKey)
                .toList();
    }

    /** @throws AssertionError if this is no frame of the protocol */
    public static void checkFrame(JsonNode frame) {
        String type = frame.path("type").asText();
        switch (type) {
            // One branch of the whole schema alone gives messages that a person can read.
            case "req" -> check("requests/" + frame.path("method").asText(), frame.path("params"), frame);
            case "event" -> check("events/" + frame.path("event").asText(), frame.path("payload"), frame);
            default -> {
                // Responses are checked by their request's method besides.
            }
        }
        check("", frame, frame);
    }

    /** @throws AssertionError if this is no answer to that method */
    public static void checkResponse(String method, JsonNode frame) {
        checkFrame(frame);
        if (frame.path("ok").asBoolean()) {
            check("responses/" + method, frame.get("payload"), frame);
        }
    }

    private static void check(String part, JsonNode node, JsonNode frame) {
        List<Error> errors =
                SCHEMAS.computeIfAbsent(part, ProtocolSchema::schema).validate(node);
        if (!errors.isEmpty()) {
            String found = errors.stream().map(Error::toString).collect(Collectors.joining("; "));
            throw new AssertionError("not in the protocol's schema (" + part + "): " + found + "\n" + frame);
        }
    }

    private static Schema schema(String part) {
        ObjectNode schema = ROOT.deepCopy();
        if (!part.isEmpty()) {
            if (ROOT.at("/$defs/" + part).isMissingNode()) {
                throw new AssertionError("the protocol's schema has no " + part);
            }
            schema.remove("oneOf");
            schema.put("$ref", "#/$defs/" + part);
        }
        schema.remove("$id");
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
    }
}
