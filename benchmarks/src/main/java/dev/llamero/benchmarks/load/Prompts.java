package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Seeded texts of a wanted number of tokens. How many tokens a word takes is measured once, on the first server, with
 * its own count of a short and a long prompt.
 *
 * @param tokensPerWord of the words used here
 * @param overhead tokens of the template and of the words around
 */
record Prompts(double tokensPerWord, double overhead) {
    private static final String[] WORDS =
            ("river stone lamp garden winter letter market window silver bridge music paper forest engine harbour"
                + " table mountain captain yellow summer village doctor island shadow kitchen morning ticket feather"
                + " castle station voice pocket")
                    .split(" ");
    private static final String[] PEOPLE = "captain doctor farmer teacher sailor painter baker singer".split(" ");
    private static final String[] DEEDS = "carried found painted repaired sold watched counted cleaned".split(" ");
    private static final String[] THINGS = "lamp letter bridge boat table window basket clock".split(" ");
    private static final String[] PLACES = "garden market harbour forest village castle station kitchen".split(" ");

    private static final int SENTENCE_WORDS = 10;
    private static final int SHORT_WORDS = 20;
    private static final int LONG_WORDS = 220;

    /** Measures on a server. */
    static Prompts measure(StreamClient client, Target target, long seed) throws IOException {
        int few = count(client, target, words(seed, SHORT_WORDS));
        int many = count(client, target, words(seed + 1, LONG_WORDS));
        double perWord = (double) (many - few) / (LONG_WORDS - SHORT_WORDS);
        if (perWord < 0.5) {
            throw new IOException(target.name() + " counts " + few + " tokens in " + SHORT_WORDS + " words and " + many
                    + " in " + LONG_WORDS + "; without its count of prompt tokens there is no measuring");
        }
        return new Prompts(perWord, few - perWord * SHORT_WORDS);
    }

    private static int count(StreamClient client, Target target, String text) throws IOException {
        return client.ask(target, new Question(text, 8)).promptTokens();
    }

    /**
     * A text of about so many tokens, template included, that asks for a long answer. Sentences, because small models
     * answer thousands of words in no order with their end at once; about something else, because an answer that
     * repeats the prompt is what {@link Repeat} measures.
     */
    String story(long seed, int tokens) {
        return words(seed, (int) Math.max(1, Math.round((tokens - overhead) / tokensPerWord)));
    }

    /** About so many tokens of text alone, which begins in its own way for each seed. */
    String passage(long seed, int tokens) {
        return text(seed, (int) Math.max(1, Math.round(tokens / tokensPerWord)));
    }

    /** Simple sentences, all different enough to be worth repeating, of about so many tokens. */
    String sentences(long seed, int tokens) {
        var random = new Random(seed);
        long count = Math.max(1, Math.round(tokens / (tokensPerWord * SENTENCE_WORDS)));
        return Stream.generate(() -> sentence(random)).limit(count).collect(Collectors.joining(" "));
    }

    private static String words(long seed, int count) {
        return text(seed, count) + "\n\nNow tell me a very long story about a captain and a doctor.";
    }

    /** So many words of sentences, the last one cut short. */
    private static String text(long seed, int count) {
        var random = new Random(seed);
        String beginning = "Story " + random.nextInt(1_000_000) + ": ";
        return Stream.generate(() -> sentence(random))
                .flatMap(sentence -> Stream.of(sentence.split(" ")))
                .limit(count)
                .collect(Collectors.joining(" ", beginning, ""));
    }

    private static String sentence(Random random) {
        return String.join(
                " ",
                "The",
                pick(random, PEOPLE),
                pick(random, DEEDS),
                "the",
                pick(random, WORDS),
                pick(random, THINGS),
                "near the",
                pick(random, PLACES),
                "today.");
    }

    private static String pick(Random random, String[] from) {
        return from[random.nextInt(from.length)];
    }
}
