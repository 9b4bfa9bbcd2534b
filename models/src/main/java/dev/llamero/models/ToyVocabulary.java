package dev.llamero.models;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A byte-level BPE vocabulary in the order of Qwen3's: 256 bytes, then merges, then the special tokens. The merges
 * build some common words first, then runs of two, three and four letters, so that any size up to {@link #TOKENS_MAX}
 * is a proper BPE vocabulary.
 */
final class ToyVocabulary {
    static final int BYTES = 256;
    static final int TYPE_NORMAL = 1;
    static final int TYPE_CONTROL = 3;
    static final int TYPE_USER_DEFINED = 4;

    /** Qwen3's special tokens in the order of their ids; the boolean says whether they count as text. */
    private static final List<Special> SPECIALS = List.of(
            new Special("<|endoftext|>", false),
            new Special("<|im_start|>", false),
            new Special("<|im_end|>", false),
            new Special("<|object_ref_start|>", false),
            new Special("<|object_ref_end|>", false),
            new Special("<|box_start|>", false),
            new Special("<|box_end|>", false),
            new Special("<|quad_start|>", false),
            new Special("<|quad_end|>", false),
            new Special("<|vision_start|>", false),
            new Special("<|vision_end|>", false),
            new Special("<|vision_pad|>", false),
            new Special("<|image_pad|>", false),
            new Special("<|video_pad|>", false),
            new Special("<tool_call>", true),
            new Special("</tool_call>", true),
            new Special("<|fim_prefix|>", false),
            new Special("<|fim_middle|>", false),
            new Special("<|fim_suffix|>", false),
            new Special("<|fim_pad|>", false),
            new Special("<|repo_name|>", false),
            new Special("<|file_sep|>", false),
            new Special("<tool_response>", true),
            new Special("</tool_response>", true),
            new Special("<think>", true),
            new Special("</think>", true));

    private static final List<String> WORDS = List.of(
            " the",
            " a",
            " of",
            " to",
            " and",
            " in",
            " is",
            " it",
            " you",
            " that",
            " was",
            " for",
            " on",
            " are",
            " with",
            " as",
            " his",
            " they",
            " at",
            " be",
            " this",
            " have",
            " from",
            " or",
            " one",
            " had",
            " by",
            " not",
            " but",
            " what",
            " all",
            " were",
            " we",
            " when",
            " your",
            " can",
            " said",
            " there",
            " use",
            " user",
            " system",
            "assistant",
            "ing",
            "er",
            "ed",
            "é",
            "ü",
            "ñ",
            "你",
            "好",
            "世",
            "界",
            "😀",
            "🦙");

    static final int TOKENS_MIN = BYTES + SPECIALS.size();
    /** Letters alone give 26 + 26^2 + 26^3 merges of two to four; fewer are offered so that words never crowd out. */
    static final int TOKENS_MAX = 400_000;

    private record Special(String text, boolean isText) {}

    private static final int[] BYTES_IN_ORDER = bytesInOrder();

    private final List<String> tokens = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    ToyVocabulary(int size) {
        for (int value : BYTES_IN_ORDER) {
            addToken(symbol(value));
        }
        int mergesMax = size - TOKENS_MIN;
        for (String word : WORDS) {
            addWord(word, mergesMax);
        }
        addLetterRuns(mergesMax);
        for (Special special : SPECIALS) {
            addToken(special.text());
        }
        if (tokens.size() != size) {
            throw new IllegalArgumentException("a vocabulary of " + size + " tokens came out with " + tokens.size());
        }
    }

    List<String> tokens() {
        return tokens;
    }

    /** Pairs in the order of their rank, each as two tokens with a space between. */
    List<String> merges() {
        return merges;
    }

    int[] types() {
        var types = new int[tokens.size()];
        Arrays.fill(types, TYPE_NORMAL);
        int first = tokens.size() - SPECIALS.size();
        for (int i = 0; i < SPECIALS.size(); i++) {
            types[first + i] = SPECIALS.get(i).isText() ? TYPE_USER_DEFINED : TYPE_CONTROL;
        }
        return types;
    }

    int id(String special) {
        return tokens.lastIndexOf(special);
    }

    /** Whether a token stands for one byte that is not text by itself: half a character, or a control character. */
    static boolean isNoText(int token) {
        if (token >= BYTES) {
            return false;
        }
        int value = BYTES_IN_ORDER[token];
        return value >= 0x7F || value < ' ' && value != '\n';
    }

    private void addToken(String token) {
        tokens.add(token);
        known.add(token);
    }

    private void addMerge(String left, String right, int mergesMax) {
        String joined = left + right;
        if (merges.size() < mergesMax && !known.contains(joined)) {
            merges.add(left + " " + right);
            addToken(joined);
        }
    }

    private void addWord(String word, int mergesMax) {
        String left = "";
        for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
            String right = symbol(Byte.toUnsignedInt(value));
            if (!left.isEmpty()) {
                addMerge(left, right, mergesMax);
            }
            left += right;
        }
    }

    /** Appends a letter to every run of one letter, then of two, then of three. */
    private void addLetterRuns(int mergesMax) {
        List<String> runs = List.of("");
        for (int length = 1; length <= 4 && merges.size() < mergesMax; length++) {
            var longer = new ArrayList<String>();
            for (String run : runs) {
                for (char letter = 'a'; letter <= 'z'; letter++) {
                    longer.add(run + letter);
                    if (!run.isEmpty()) {
                        addMerge(run, String.valueOf(letter), mergesMax);
                    }
                }
            }
            runs = longer;
        }
    }

    /** The printable bytes come first, as in GPT-2's vocabulary. */
    private static int[] bytesInOrder() {
        var order = new int[BYTES];
        int next = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int value = 0; value < BYTES; value++) {
                if (isPrintable(value) == (pass == 0)) {
                    order[next++] = value;
                }
            }
        }
        return order;
    }

    private static boolean isPrintable(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE && value <= 0xFF;
    }

    /** The character that GPT-2's byte-level BPE writes for a byte; unprintable ones are moved up to U+0100 and on. */
    static String symbol(int value) {
        if (isPrintable(value)) {
            return String.valueOf((char) value);
        }
        int rank = 0;
        for (int other = 0; other < value; other++) {
            rank += isPrintable(other) ? 0 : 1;
        }
        return String.valueOf((char) (BYTES + rank));
    }
}
