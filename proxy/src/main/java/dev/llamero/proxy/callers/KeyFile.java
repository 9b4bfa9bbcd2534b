package dev.llamero.proxy.callers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.proxy.files.PrivateFile;
import dev.llamero.settings.SettingsException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The keys file: JSON, for its owner's eyes only, with hashes in the place of keys. Written by {@code llamero key},
 * read by the proxy.
 */
public final class KeyFile {
    private static final System.Logger LOG = System.getLogger(KeyFile.class.getName());
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SHA256_HEX_LENGTH = 64;
    private static final long BYTES_MAX = 16 << 20;

    private final Path path;

    public KeyFile(Path path) {
        this.path = path;
    }

    /**
     * What is in the file.
     *
     * @param saltSecret from which the cache salts of the keys are derived, so that they outlive a restart and tell
     *     nothing
     */
    public record Content(byte[] saltSecret, List<ApiKey> keys) {
        public Content {
            saltSecret = saltSecret.clone();
            keys = List.copyOf(keys);
        }

        @Override
        public byte[] saltSecret() {
            return saltSecret.clone();
        }

        /** The same with other keys. */
        public Content with(List<ApiKey> others) {
            return new Content(saltSecret, others);
        }
    }

    /** Where what the keys have used is written down: beside it. */
    public Path usagePath() {
        return path.resolveSibling(path.getFileName() + ".usage");
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * What is there now; empty if there is no file.
     *
     * @throws SettingsException naming the file, the key and what is wrong
     */
    public Optional<Content> read() {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw bad("is larger than " + BYTES_MAX + " bytes", null);
            }
            warnIfOthersMayRead();
            return Optional.of(parse(MAPPER.readTree(Files.readAllBytes(path))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            // Its own message would quote the file.
            throw bad("is not JSON, line " + e.getLocation().getLineNr(), e);
        } catch (IOException e) {
            throw bad("cannot be read: " + e.getMessage(), e);
        }
    }

    /** No key can be read from it, but it says who has one, and what the cache salts are made of. */
    private void warnIfOthersMayRead() throws IOException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        if (!mode.endsWith("------")) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "keys file " + path + " is open to other users of this machine (" + mode + "); chmod 600 it");
        }
    }

    /** Changes it, one writer at a time, and returns what is there then. */
    public Content update(UnaryOperator<Content> change) {
        try (var _ = PrivateFile.lock(path)) {
            Content now = read().orElseGet(() -> new Content(KeyText.newSecret(), List.of()));
            Content next = change.apply(now);
            PrivateFile.write(path, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree(next)));
            return next;
        } catch (IOException e) {
            throw bad("cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Adds a key.
     *
     * @return the key, which nobody can find out again
     * @throws SettingsException if the name is taken
     */
    public String add(String name, KeyLimits limits, List<String> models, Optional<Instant> expires, Instant created) {
        String[] key = new String[1];
        update(content -> {
            if (content.keys().stream().anyMatch(other -> other.name().equals(name))) {
                throw new SettingsException(
                        "there is a key named '" + name + "' already; choose another name, or revoke that one first");
            }
            String id = KeyText.newId();
            key[0] = KeyText.newKey(id);
            String hash = HexFormat.of().formatHex(KeyText.sha256(key[0]));
            var keys = new ArrayList<>(content.keys());
            keys.add(new ApiKey(id, name, hash, limits, models, expires, created));
            return content.with(keys);
        });
        return key[0];
    }

    /**
     * Sees to it that the text of a key lies in a file for its owner's eyes, for a program that shows it: makes the key
     * if there is none, and another secret for it if the text is lost. Writes nothing where all is well.
     *
     * @param name of the key
     * @return whether something was written
     */
    public boolean keep(String name, Path text, Instant created) {
        if (read().filter(content -> holds(content, name, text)).isPresent()) {
            return false;
        }
        update(content -> holds(content, name, text) ? content : renewed(content, name, text, created));
        return true;
    }

    private static boolean holds(Content content, String name, Path text) {
        try {
            String hash = HexFormat.of()
                    .formatHex(KeyText.sha256(Files.readString(text).strip()));
            return content.keys().stream()
                    .anyMatch(key -> key.name().equals(name) && key.sha256().equalsIgnoreCase(hash));
        } catch (IOException e) {
            // Not there yet, or no text: then it is written anew.
            return false;
        }
    }

    /** The id stays, and with it what is known of the key: limits, what it has spent, its salt. */
    private Content renewed(Content content, String name, Path text, Instant created) {
        ApiKey old = content.keys().stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseGet(() ->
                        new ApiKey(KeyText.newId(), name, "", KeyLimits.NONE, List.of(), Optional.empty(), created));
        String key = KeyText.newKey(old.id());
        try {
            PrivateFile.write(text, key + "\n");
        } catch (IOException e) {
            throw new SettingsException("key file " + text + " cannot be written: " + e.getMessage(), e);
        }
        var keys = new ArrayList<>(content.keys());
        keys.removeIf(other -> other.id().equals(old.id()));
        keys.add(old.withHash(HexFormat.of().formatHex(KeyText.sha256(key))));
        return content.with(keys);
    }

    /**
     * Takes the keys of this id or name out.
     *
     * @return those that are gone
     */
    public List<ApiKey> revoke(String idOrName) {
        var gone = new ArrayList<ApiKey>();
        update(content -> {
            gone.clear();
            var kept = new ArrayList<ApiKey>();
            boolean isId = content.keys().stream().anyMatch(key -> key.id().equals(idOrName));
            for (ApiKey key : content.keys()) {
                boolean meant = isId ? key.id().equals(idOrName) : key.name().equals(idOrName);
                (meant ? gone : kept).add(key);
            }
            return content.with(kept);
        });
        return gone;
    }

    private Content parse(JsonNode root) {
        String salt = root.path("saltSecret").asText("");
        if (salt.length() != SHA256_HEX_LENGTH
                || !isHex(salt)
                || !root.path("keys").isArray()) {
            throw bad("needs saltSecret, 64 hex digits, and keys, a list; make it with llamero key add", null);
        }
        var keys = new ArrayList<ApiKey>();
        var ids = new HashSet<String>();
        for (JsonNode node : root.path("keys")) {
            ApiKey key = key(node);
            if (!ids.add(key.id())) {
                throw bad("has the id " + key.id() + " twice", null);
            }
            keys.add(key);
        }
        return new Content(HexFormat.of().parseHex(salt), keys);
    }

    private ApiKey key(JsonNode node) {
        String id = node.path("id").asText("");
        String hash = node.path("sha256").asText("");
        if (!id.matches("[a-z2-7]{8}") || hash.length() != SHA256_HEX_LENGTH || !isHex(hash)) {
            throw bad("has a key whose id or sha256 is not as llamero key add writes it: id \"" + id + "\"", null);
        }
        try {
            var models = new ArrayList<String>();
            node.path("models").forEach(model -> models.add(model.asText()));
            var limits = new KeyLimits(
                    limit(node, "requestsPerMinute"),
                    limit(node, "tokensPerMinute"),
                    Math.toIntExact(limit(node, "streams")),
                    limit(node, "tokensPerDay"),
                    limit(node, "tokensTotal"));
            Optional<Instant> expires = node.hasNonNull("expires")
                    ? Optional.of(Instant.parse(node.get("expires").asText()))
                    : Optional.empty();
            Instant created = Instant.parse(node.path("created").asText("1970-01-01T00:00:00Z"));
            return new ApiKey(id, node.path("name").asText(""), hash, limits, models, expires, created);
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw bad("key " + id + ": " + e.getMessage(), e);
        }
    }

    private static long limit(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isMissingNode() && !value.canConvertToExactIntegral()) {
            throw new IllegalArgumentException(field + " is not a whole number");
        }
        return value.asLong(0);
    }

    private static ObjectNode tree(Content content) {
        ObjectNode root =
                MAPPER.createObjectNode().put("saltSecret", HexFormat.of().formatHex(content.saltSecret()));
        ArrayNode list = root.putArray("keys");
        for (ApiKey key : content.keys()) {
            ObjectNode node = list.addObject()
                    .put("id", key.id())
                    .put("name", key.name())
                    .put("sha256", key.sha256())
                    .put("created", key.created().toString());
            put(node, "requestsPerMinute", key.limits().requestsPerMinute());
            put(node, "tokensPerMinute", key.limits().tokensPerMinute());
            put(node, "streams", key.limits().streams());
            put(node, "tokensPerDay", key.limits().tokensPerDay());
            put(node, "tokensTotal", key.limits().tokensTotal());
            key.expires().ifPresent(at -> node.put("expires", at.toString()));
            if (!key.models().isEmpty()) {
                key.models().forEach(node.putArray("models")::add);
            }
        }
        return root;
    }

    private static void put(ObjectNode node, String field, long limit) {
        if (limit > 0) {
            node.put(field, limit);
        }
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(HexFormat::isHexDigit);
    }

    private SettingsException bad(String what, Exception cause) {
        return new SettingsException("keys file " + path + " " + what, cause);
    }
}
