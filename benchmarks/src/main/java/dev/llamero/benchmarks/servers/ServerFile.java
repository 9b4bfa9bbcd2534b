package dev.llamero.benchmarks.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file that says which servers are compared, in YAML or JSON; {@code benchmarks/servers-example.yaml} explains it.
 *
 * @param models GGUF files by role
 * @param servers the first is the one that ratios refer to
 */
public record ServerFile(Map<Setup.ModelRole, Path> models, List<ServerSpec> servers) {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Set<String> KEYS = Set.of(
            "name",
            "kind",
            "url",
            "model",
            "command",
            "environment",
            "limited",
            "create",
            "loads-at-start",
            "key-environment");

    /**
     * Reads a file. Every JSON file is YAML as well.
     *
     * @throws IllegalArgumentException if something in it is unknown, missing or of another form; the message names it
     */
    public static ServerFile read(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    "there is no file " + path + "; benchmarks/servers-example.yaml is one to start from");
        }
        try {
            return of(YAML.readTree(path.toFile()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new IllegalArgumentException(path + " is not YAML: " + e.getOriginalMessage(), e);
        }
    }

    private static ServerFile of(JsonNode root) {
        refuseUnknown("the file", root, Set.of("models", "servers"));
        var models = new EnumMap<Setup.ModelRole, Path>(Setup.ModelRole.class);
        refuseUnknown("models", root.path("models"), Set.of("main", "tiny"));
        for (Setup.ModelRole role : Setup.ModelRole.values()) {
            JsonNode file = root.path("models").path(role.name().toLowerCase(java.util.Locale.ROOT));
            if (file.isTextual()) {
                Path path = Path.of(file.asText()).toAbsolutePath();
                if (!Files.isRegularFile(path)) {
                    throw new IllegalArgumentException("models names " + path + ", which is not there");
                }
                models.put(role, path);
            }
        }
        var servers = new ArrayList<ServerSpec>();
        var names = new HashSet<String>();
        for (JsonNode each : root.path("servers")) {
            ServerSpec server = server(each);
            if (!names.add(server.name())) {
                throw new IllegalArgumentException("two servers are named " + server.name());
            }
            if (server.startable() && !models.containsKey(Setup.ModelRole.MAIN)) {
                throw new IllegalArgumentException("models: main is missing, the GGUF file for " + server.name());
            }
            servers.add(server);
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("servers is empty");
        }
        return new ServerFile(models, servers);
    }

    private static ServerSpec server(JsonNode node) {
        String name = node.path("name").asText("");
        if (!name.matches("[A-Za-z0-9 ._-]{1,40}")) {
            throw new IllegalArgumentException(
                    "a server's name is \"" + name + "\"; it must be 1 to 40 letters, digits, spaces, dots, dashes");
        }
        String where = "server " + name;
        refuseUnknown(where, node, KEYS);
        Optional<ServerSpec.Addition> limited = Optional.empty();
        if (node.has("limited")) {
            JsonNode more = node.get("limited");
            refuseUnknown(where + ": limited", more, Set.of("arguments", "environment"));
            limited = Optional.of(new ServerSpec.Addition(
                    texts(where, more.path("arguments")), textMap(where, more.path("environment"))));
        }
        Optional<URI> url =
                node.has("url") ? Optional.of(URI.create(node.get("url").asText())) : Optional.empty();
        return new ServerSpec(
                name,
                ServerKind.of(node.path("kind").asText("")),
                url,
                node.path("model").asText(""),
                texts(where, node.path("command")),
                textMap(where, node.path("environment")),
                limited,
                supply(where, node),
                node.path("key-environment").asText(""));
    }

    private static ServerSpec.ModelSupply supply(String where, JsonNode node) {
        boolean create = node.path("create").asBoolean(false);
        boolean atStart = node.path("loads-at-start").asBoolean(false);
        if (create && atStart) {
            throw new IllegalArgumentException(where + " has both create and loads-at-start; one of them is enough");
        }
        return create
                ? ServerSpec.ModelSupply.CREATED
                : atStart ? ServerSpec.ModelSupply.AT_START : ServerSpec.ModelSupply.ITS_OWN;
    }

    private static List<String> texts(String where, JsonNode node) {
        var texts = new ArrayList<String>();
        if (!node.isMissingNode() && !node.isArray()) {
            throw new IllegalArgumentException(where + ": command and arguments are lists, [a, b, c]");
        }
        node.forEach(each -> texts.add(each.asText()));
        return List.copyOf(texts);
    }

    private static Map<String, String> textMap(String where, JsonNode node) {
        var map = new LinkedHashMap<String, String>();
        if (!node.isMissingNode() && !node.isObject()) {
            throw new IllegalArgumentException(where + ": environment is a map, {NAME: value}");
        }
        node.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private static void refuseUnknown(String where, JsonNode node, Set<String> known) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(where + " has the unknown key \"" + name + "\"; known are "
                        + known.stream().sorted().toList());
            }
        });
    }
}
