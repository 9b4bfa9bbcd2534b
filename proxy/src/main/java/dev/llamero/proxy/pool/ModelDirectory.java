package dev.llamero.proxy.pool;

import dev.llamero.dialects.ModelList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which server serves which model, as of one moment; another moment has another directory. Names compare as Ollama
 * does, without case and with {@code :latest} understood. Immutable.
 */
final class ModelDirectory {
    private static final String DEFAULT_TAG = ":latest";
    private static final int NEAR_MAX = 3;

    private final List<Listing> basis;
    private final Map<String, Route> routes = new HashMap<>();
    private final List<Route.Target> anything = new ArrayList<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final ModelList served;

    ModelDirectory(Collection<Upstream> upstreams, Map<String, String> aliases) {
        this.basis = listings(upstreams);
        aliases.forEach((alias, target) -> this.aliases.put(key(alias), target));
        var targets = new LinkedHashMap<String, List<Route.Target>>();
        ModelList all = ModelList.of(List.of());
        for (Upstream upstream : upstreams) {
            add(upstream, targets);
            all = all.with(listed(upstream));
        }
        for (Upstream upstream : upstreams) {
            all = all.with(names(upstream.spec().aliases()));
        }
        targets.forEach((name, servers) -> routes.put(name, new Route(name, servers)));
        served = all.with(names(aliases));
    }

    /** Whether the servers' lists are still the ones that it was made of. */
    boolean isCurrent(Collection<Upstream> upstreams) {
        int i = 0;
        for (Upstream upstream : upstreams) {
            if (basis.get(i++) != upstream.listing()) {
                return false;
            }
        }
        return true;
    }

    /** Who serves a model for sure; null if nobody does. */
    Route find(String asked) {
        String name = key(asked);
        Route route = routes.get(name);
        String target = route == null ? aliases.get(name) : null;
        return target == null ? route : routes.get(key(target));
    }

    /** Those who may serve a model that no list has, since they have none. */
    Route guess(String asked) {
        String name = aliases.getOrDefault(key(asked), asked);
        return new Route(
                name,
                anything.stream()
                        .map(target -> new Route.Target(target.upstream(), name))
                        .toList());
    }

    /** All models, aliases last. */
    ModelList served() {
        return served;
    }

    /** Names that a caller may have meant. */
    List<String> near(String asked) {
        String name = key(asked);
        return served.names().stream()
                .filter(id -> distance(name, key(id)) <= Math.max(2, name.length() / 2)
                        || key(id).contains(name)
                        || name.contains(key(id)))
                .sorted(Comparator.comparingInt(id -> distance(name, key(id))))
                .limit(NEAR_MAX)
                .toList();
    }

    private void add(Upstream upstream, Map<String, List<Route.Target>> targets) {
        UpstreamSpec spec = upstream.spec();
        boolean listed = spec.models().isEmpty();
        if (spec.models().contains(UpstreamSpec.ANY)
                || listed && !upstream.listing().complete()) {
            anything.add(new Route.Target(upstream, ""));
        }
        var ownNames = new LinkedHashMap<String, String>();
        listed(upstream).names().forEach(name -> ownNames.put(key(name), name));
        // A name may be a model's and an alias; the server's alias wins.
        spec.aliases().forEach((alias, own) -> ownNames.put(key(alias), own));
        ownNames.forEach((name, own) ->
                targets.computeIfAbsent(name, any -> new ArrayList<>()).add(new Route.Target(upstream, own)));
    }

    private static ModelList listed(Upstream upstream) {
        List<String> fixed = upstream.spec().models();
        if (fixed.isEmpty()) {
            return upstream.listing().models();
        }
        return ModelList.of(
                fixed.stream().filter(name -> !name.equals(UpstreamSpec.ANY)).toList());
    }

    private static ModelList names(Map<String, String> aliases) {
        return ModelList.of(aliases.keySet().stream().sorted().toList());
    }

    private static List<Listing> listings(Collection<Upstream> upstreams) {
        return upstreams.stream().map(Upstream::listing).toList();
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(DEFAULT_TAG) ? lower.substring(0, lower.length() - DEFAULT_TAG.length()) : lower;
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
