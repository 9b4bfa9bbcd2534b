package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.GoJson;
import dev.llamero.inference.disk.BlockHeader;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.engine.CachedConversation;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.model.LoadedModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Lists and clears the conversations that are kept: {@code /api/llamero/cache}, which Ollama has not. Any thread. */
final class CacheHandler {
    private final LoadedModels loaded;
    private final DiskCache disk;

    CacheHandler(LoadedModels loaded, DiskCache disk) {
        this.loaded = loaded;
        this.disk = disk;
    }

    void list(Exchange exchange) {
        List<Map<String, Object>> conversations = new ArrayList<>();
        for (LoadedModels.Running running : loaded.running()) {
            if (running.runner() instanceof Engine engine) {
                engine.conversations()
                        .forEach(each ->
                                conversations.add(row(running.model().name().display(), each)));
            }
        }
        conversations.addAll(ofUnloadedModels());
        exchange.json(
                200,
                Map.of("conversations", conversations, "disk_bytes", disk.bytes(), "disk_bytes_max", disk.bytesMax()));
    }

    /** One row for each block that no other one continues. */
    private List<Map<String, Object>> ofUnloadedModels() {
        List<DiskCache.Kept> kept;
        try {
            kept = disk.kept();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the cached conversations on disk", e);
        }
        Set<String> continued = new HashSet<>();
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (DiskCache.Kept each : kept) {
            continued.add(each.entry().header().parent());
            bytes.put(each.entry().header().name(), each.entry().fileBytes());
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        for (DiskCache.Kept each : kept) {
            BlockHeader header = each.entry().header();
            if (!continued.contains(header.name())) {
                long perToken = header.payloadBytes() / header.tokens().length;
                var listed = new CachedConversation(
                        CachedConversation.Tier.DISK,
                        header.salt(),
                        header.to(),
                        perToken * header.to(),
                        each.entry().lastUsed().toEpochMilli());
                rows.add(row(each.model(), listed));
            }
        }
        return rows;
    }

    private static Map<String, Object> row(String model, CachedConversation conversation) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("model", model);
        row.put("tier", conversation.tier().name().toLowerCase(Locale.ROOT));
        row.put("salt", conversation.salt());
        row.put("tokens", conversation.tokens());
        row.put("bytes", conversation.bytes());
        row.put("last_used", Texts.local(Instant.ofEpochMilli(conversation.lastUsedMillis())));
        return row;
    }

    /** Forgets what does not run, of all models or of the one that the body names. */
    void clear(Exchange exchange) {
        String model = model(exchange.body());
        for (LoadedModels.Running running : loaded.running()) {
            boolean meant = model.isEmpty() || running.model().name().display().equals(model);
            if (meant && running.runner() instanceof Engine engine) {
                engine.forgetConversations();
            }
        }
        try {
            disk.clear(model);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear the cached conversations on disk", e);
        }
        exchange.json(200, Map.of("status", "success"));
    }

    private static String model(byte[] body) {
        if (body.length == 0) {
            return "";
        }
        try {
            Object name = GoJson.parse(body).plain() instanceof Map<?, ?> fields ? fields.get("model") : null;
            if (name == null || name instanceof String) {
                String text = name == null ? "" : (String) name;
                return text.isEmpty() || text.contains(":") ? text : text + ":latest";
            }
        } catch (BadJsonException e) {
            throw ApiException.badRequest(e.getMessage());
        }
        throw ApiException.badRequest("model must be a string");
    }
}
