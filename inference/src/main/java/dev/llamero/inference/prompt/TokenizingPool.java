package dev.llamero.inference.prompt;

import dev.llamero.inference.engine.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tokenizes off the engine's thread and off virtual threads, whose carrier a long native call would hold.
 *
 * <p>A short text takes less time than to wake a thread for it, and is tokenized by its caller. For others there are
 * two daemon platform threads; callers wait. When too many wait, the caller's own thread does the work, which slows
 * down who asks too much.
 *
 * <p>Long text is cut at special tokens: llama.cpp v0.5.0 searches all the rest of a text for each special token behind
 * each one found, which takes half a minute for a megabyte of them.
 */
public final class TokenizingPool implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 256;
    /** Characters of a part of long text. */
    private static final int PART_CHARS = 2_048;

    private final Map<Tokenizer, SpecialTexts> specials = Collections.synchronizedMap(new WeakHashMap<>());
    private final ExecutorService threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("tokenizing-", 0).factory(),
            new ThreadPoolExecutor.CallerRunsPolicy());

    /** Tokens of a prompt: special tokens are read from its text, and those around it are added. */
    public int[] encode(Tokenizer tokenizer, String text) throws InterruptedException {
        if (text.length() <= PART_CHARS) {
            return parts(tokenizer, text, true);
        }
        return run(() -> parts(tokenizer, text, true));
    }

    /** Tokens of a text that goes on behind others, and begins with a special token. */
    int[] encodeRest(Tokenizer tokenizer, String text) throws InterruptedException {
        return run(() -> parts(tokenizer, text, false));
    }

    /** The special tokens of a vocabulary. */
    SpecialTexts specials(Tokenizer tokenizer) {
        return specials.computeIfAbsent(tokenizer, SpecialTexts::new);
    }

    private int[] parts(Tokenizer tokenizer, String text, boolean addSpecial) {
        List<String> parts = text.length() <= PART_CHARS
                ? List.of(text)
                : specials(tokenizer).parts(text, PART_CHARS);
        if (parts.size() == 1) {
            return tokenizer.encode(text, addSpecial, true);
        }
        // What the vocabulary puts around a text, seen on a short one.
        int[] bare = tokenizer.encode("x", false, true);
        int[] around = addSpecial ? tokenizer.encode("x", true, true) : bare;
        int front = Math.max(0, Collections.indexOfSubList(boxed(around), boxed(bare)));
        var encoded = new ArrayList<int[]>(parts.size() + 2);
        encoded.add(Arrays.copyOf(around, front));
        parts.forEach(part -> encoded.add(tokenizer.encode(part, false, true)));
        encoded.add(Arrays.copyOfRange(around, front + bare.length, around.length));
        return joined(encoded);
    }

    private static List<Integer> boxed(int[] tokens) {
        return Arrays.stream(tokens).boxed().toList();
    }

    static int[] joined(List<int[]> parts) {
        int[] all = new int[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (int[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private <T> T run(Callable<T> work) throws InterruptedException {
        try {
            return threads.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("tokenizing failed", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
