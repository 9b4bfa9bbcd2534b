package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Conversations as their models saw and wrote them: text and tokens. A tokenizer would often split an answer otherwise
 * than the model wrote it; a next turn that begins with the same text gets the same tokens, so that the KV cache of the
 * answer serves it to the end. Bounded, the least recently used is forgotten first. Any thread.
 */
public final class PromptMemory {
    private static final int ENTRIES_MAX = 256;
    private static final long CHARACTERS_MAX = 16L << 20;

    private final LinkedHashMap<String, Seen> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long characters;

    /** A model that is unloaded meanwhile is not kept for it. */
    private record Seen(WeakReference<Tokenizer> tokenizer, int[] tokens) {}

    /** What is known of the beginning of a text. */
    record Known(String text, int[] tokens) {}

    /** Keeps a prompt with its answer, whose tokens these are. */
    synchronized void remember(Tokenizer tokenizer, String text, int[] tokens) {
        if (text.length() > CHARACTERS_MAX / 4) {
            return;
        }
        characters += entries.put(text, new Seen(new WeakReference<>(tokenizer), tokens)) == null ? text.length() : 0;
        var eldest = entries.keySet().iterator();
        while (entries.size() > ENTRIES_MAX || characters > CHARACTERS_MAX) {
            characters -= eldest.next().length();
            eldest.remove();
        }
    }

    /** The longest kept text that this one begins with, and behind which a special token follows. */
    Optional<Known> beginning(Tokenizer tokenizer, String text, SpecialTexts specials) {
        Known longest = null;
        for (Map.Entry<String, Seen> entry : copy()) {
            String seen = entry.getKey();
            boolean longer = longest == null || seen.length() > longest.text().length();
            if (longer
                    && entry.getValue().tokenizer().refersTo(tokenizer)
                    && seen.length() < text.length()
                    && text.startsWith(seen)
                    && specials.lengthAt(text, seen.length()) > 0) {
                longest = new Known(seen, entry.getValue().tokens());
            }
        }
        if (longest != null) {
            touch(longest.text());
        }
        return Optional.ofNullable(longest);
    }

    private synchronized List<Map.Entry<String, Seen>> copy() {
        return new ArrayList<>(entries.entrySet());
    }

    private synchronized void touch(String text) {
        entries.get(text);
    }
}
