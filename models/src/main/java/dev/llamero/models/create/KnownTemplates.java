package dev.llamero.models.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.GoJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Go templates that Ollama stores in place of the Jinja template of a file, if it is near enough to a known one. The
 * texts are Ollama's own, since a stored model's digest depends on them.
 */
final class KnownTemplates {
    /** Single-character edits from which on a template counts as another one. */
    private static final int DISTANCE_MAX = 100;

    private static final String RESOURCE = "templates.json";

    private final List<Known> known = new ArrayList<>();

    /**
     * A Go template.
     *
     * @param parameters the blob of parameters that goes with it
     */
    record Named(String name, String template, Optional<String> parameters) {}

    private record Known(int[] jinja, Named named) {}

    private KnownTemplates(JsonNode root) {
        for (JsonNode entry : root.path("known")) {
            String name = entry.path("name").asText();
            JsonNode template = root.path("templates").path(name);
            var stops = new ArrayList<String>();
            template.path("stop").forEach(stop -> stops.add(stop.asText()));
            Optional<String> parameters =
                    template.has("stop") ? Optional.of(GoJson.of(Map.of("stop", stops)) + "\n") : Optional.empty();
            known.add(new Known(
                    entry.path("jinja").asText().codePoints().toArray(),
                    new Named(name, template.path("go").asText(), parameters)));
        }
    }

    static KnownTemplates load() {
        try (InputStream in = KnownTemplates.class.getResourceAsStream(RESOURCE)) {
            return new KnownTemplates(JsonMapper.builder().build().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
        }
    }

    /** The template nearest to a Jinja text, if fewer than a hundred edits make one of the other. */
    Optional<Named> nearest(String jinja) {
        int[] text = jinja.codePoints().toArray();
        int best = DISTANCE_MAX;
        Optional<Named> nearest = Optional.empty();
        for (Known candidate : known) {
            int distance = distance(text, candidate.jinja(), best);
            if (distance < best) {
                best = distance;
                nearest = Optional.of(candidate.named());
            }
        }
        return nearest;
    }

    /**
     * Levenshtein's distance, or the limit if it is not below: only the band of the table that can matter is filled.
     */
    static int distance(int[] from, int[] to, int limit) {
        if (Math.abs(from.length - to.length) >= limit) {
            return limit;
        }
        int[] row = new int[to.length + 1];
        for (int j = 0; j <= to.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length; i++) {
            int first = Math.max(1, i - limit);
            int last = Math.min(to.length, i + limit);
            int diagonal = row[first - 1];
            row[first - 1] = first == 1 ? i : limit;
            int lowest = row[first - 1];
            for (int j = first; j <= last; j++) {
                int above = j == i + limit ? limit : row[j];
                int change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                lowest = Math.min(lowest, row[j]);
            }
            if (lowest >= limit) {
                return limit;
            }
        }
        return Math.min(limit, row[to.length]);
    }
}
