package dev.llamero.models.create;

import dev.llamero.models.GgufFile;
import dev.llamero.models.store.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the files of split models together, by the names that llama.cpp gives them and by what is in them. */
final class SplitModels {
    private static final Pattern NAME = Pattern.compile("(?:.*/)?(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    private SplitModels() {}

    /** One part of a split model, found by its name. */
    private record Place(String group, int index, int count) {}

    /** The parts with those of each split model as one; split ones last, as Ollama has them. */
    static List<Part> join(List<Part> parts) throws CreateException {
        var whole = new ArrayList<Part>();
        Map<String, List<Part>> groups = new LinkedHashMap<>();
        for (Part part : parts) {
            OptionalLong count = number(part, "split.count");
            if (count.isEmpty() || count.getAsLong() <= 1) {
                whole.add(part);
            } else {
                groups.computeIfAbsent(place(part, count.getAsLong()).group(), key -> new ArrayList<>())
                        .add(part);
            }
        }
        for (List<Part> group : groups.values()) {
            whole.add(joined(group));
        }
        return whole;
    }

    private static OptionalLong number(Part part, String key) {
        GgufFile header = part.gguf().orElseThrow();
        OptionalLong number = header.whole(key);
        return number.isPresent() ? number : header.whole(header.architecture() + "." + key);
    }

    private static CreateException fault(Part part, String what) {
        return new CreateException(500, "split GGUF \"" + part.layer().from() + "\" " + what);
    }

    private static Place place(Part part, long count) throws CreateException {
        Matcher matcher = NAME.matcher(part.layer().from());
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) == 0 || Integer.parseInt(matcher.group(3)) == 0) {
            throw fault(part, "must use llama.cpp split filename pattern");
        }
        int index = Integer.parseInt(matcher.group(2)) - 1;
        int named = Integer.parseInt(matcher.group(3));
        if (named != count) {
            throw fault(part, "filename count " + named + " does not match metadata count " + count);
        }
        long number = number(part, "split.no")
                .orElseThrow(() -> new IllegalStateException("a split file without split.no passed the header check"));
        if (number != index) {
            throw fault(part, "filename index " + index + " does not match metadata index " + number);
        }
        return new Place(part.layer().mediaType() + ":" + matcher.group(1) + ":" + count, index, named);
    }

    private static Part joined(List<Part> group) throws CreateException {
        Part any = group.getFirst();
        int count = Math.toIntExact(number(any, "split.count").orElseThrow());
        if (count != group.size()) {
            throw fault(any, "has " + group.size() + " shards, expected " + count);
        }
        var ordered = new Part[count];
        for (Part part : group) {
            int index = place(part, count).index();
            if (index >= count) {
                throw fault(part, "has invalid shard index " + index);
            }
            if (ordered[index] != null) {
                throw new CreateException(500, "split GGUF has duplicate shard index " + index);
            }
            ordered[index] = part;
        }
        var shards = new ArrayList<Part.Shard>();
        for (Part part : ordered) {
            Layer layer = part.layer();
            shards.add(new Part.Shard(layer.from().substring(layer.from().lastIndexOf('/') + 1), layer));
        }
        return ordered[0].withShards(shards);
    }
}
