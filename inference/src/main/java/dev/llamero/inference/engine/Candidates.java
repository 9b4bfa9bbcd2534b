package dev.llamero.inference.engine;

import java.util.Arrays;

/**
 * The tokens still in question while one token is sampled: llama.cpp's sampler steps, over arrays that are kept between
 * tokens. Engine's thread only; one instance serves all generations of an engine.
 *
 * <p>Where llama.cpp leaves ties open, the lower token id comes first.
 */
final class Candidates {
    private static final int PREFIX_FIRST = 256;

    private int[] ids = new int[0];
    private float[] logits = new float[0];
    private float[] probabilities = new float[0];
    private long[] keys = new long[PREFIX_FIRST];
    private int size;
    private boolean sorted;

    int size() {
        return size;
    }

    int id(int index) {
        return ids[index];
    }

    /** Starts over with the whole vocabulary, by ascending id. */
    void fill(float[] source, int vocabulary) {
        reserve(vocabulary);
        System.arraycopy(source, 0, logits, 0, vocabulary);
        for (int i = 0; i < vocabulary; i++) {
            ids[i] = i;
        }
        size = vocabulary;
        sorted = false;
    }

    /** Starts over with the {@code k} largest logits, largest first: one scan against the smallest one kept. */
    void fillTop(float[] source, int vocabulary, int k) {
        reserve(k);
        int kept = selectTop(source, null, vocabulary, k);
        unpack(kept);
    }

    private void reserve(int capacity) {
        if (ids.length < capacity) {
            ids = new int[capacity];
            logits = new float[capacity];
            probabilities = new float[capacity];
        }
    }

    /** Leaves the {@code k} best as keys, ascending. Ids null means that index is id. */
    private int selectTop(float[] values, int[] names, int count, int k) {
        int kept = Math.min(k, count);
        if (keys.length < kept) {
            keys = new long[kept];
        }
        for (int i = 0; i < kept; i++) {
            keys[i] = key(values[i], names == null ? i : names[i]);
        }
        for (int i = kept / 2 - 1; i >= 0; i--) {
            siftDown(i, kept);
        }
        int at = kept;
        while (at < count) {
            at = nextAtLeast(values, at, count, kept == 0 ? Float.POSITIVE_INFINITY : logitOf(keys[0]));
            if (at < count) {
                long key = key(values[at], names == null ? at : names[at]);
                if (key > keys[0]) {
                    keys[0] = key;
                    siftDown(0, kept);
                }
                at++;
            }
        }
        Arrays.sort(keys, 0, kept);
        return kept;
    }

    /**
     * The next index whose value reaches the threshold, or the count; nearly all of a vocabulary is skipped, eight at a
     * time.
     */
    static int nextAtLeast(float[] values, int from, int count, float threshold) {
        int i = from;
        while (i + 8 <= count
                && !(values[i] >= threshold
                        | values[i + 1] >= threshold
                        | values[i + 2] >= threshold
                        | values[i + 3] >= threshold
                        | values[i + 4] >= threshold
                        | values[i + 5] >= threshold
                        | values[i + 6] >= threshold
                        | values[i + 7] >= threshold)) {
            i += 8;
        }
        while (i < count && !(values[i] >= threshold)) {
            i++;
        }
        return i;
    }

    /** Restores the heap whose smallest key is at the root. */
    private void siftDown(int start, int count) {
        long moving = keys[start];
        int at = start;
        for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[child] >= moving) {
                break;
            }
            keys[at] = keys[child];
            at = child;
        }
        keys[at] = moving;
    }

    /** The last {@code count} of ascending keys become the candidates, best first. */
    private void unpack(int count) {
        for (int i = 0; i < count; i++) {
            long key = keys[count - 1 - i];
            ids[i] = Integer.MAX_VALUE - (int) key;
            logits[i] = logitOf(key);
        }
        size = count;
        sorted = true;
    }

    /** A number that is larger for a larger logit, and for the lower id among equal logits. */
    private static long key(float logit, int id) {
        float number = Float.isNaN(logit) ? Float.NEGATIVE_INFINITY : logit;
        return ((long) ordered(number) << 32) | (Integer.MAX_VALUE - id);
    }

    private static int ordered(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    private static float logitOf(long key) {
        int ordered = (int) (key >> 32);
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
    }

    private float maxLogit() {
        float max = Float.NEGATIVE_INFINITY;
        int end = sorted ? Math.min(1, size) : size;
        for (int i = 0; i < end; i++) {
            max = Math.max(max, logits[i]);
        }
        return max;
    }

    private void softmax() {
        float max = maxLogit();
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double weight = Math.exp((double) logits[i] - max);
            probabilities[i] = (float) weight;
            sum += weight;
        }
        for (int i = 0; i < size; i++) {
            probabilities[i] = (float) (probabilities[i] / sum);
        }
    }

    /** Locally typical sampling (Meister et al. 2022): nearest the entropy first, up to this mass. */
    void typical(float mass) {
        if (mass >= 1) {
            return;
        }
        softmax();
        double entropy = 0;
        for (int i = 0; i < size; i++) {
            entropy -= probabilities[i] > 0 ? probabilities[i] * Math.log(probabilities[i]) : 0;
        }
        if (keys.length < size) {
            keys = new long[size];
        }
        for (int i = 0; i < size; i++) {
            float distance = (float) Math.abs(-Math.log(probabilities[i]) - entropy);
            keys[i] = ((long) ordered(distance) << 32) | i;
        }
        Arrays.sort(keys, 0, size);
        double sum = 0;
        int kept = 0;
        while (kept < size && sum <= mass) {
            sum += probabilities[(int) keys[kept++]];
        }
        keepInKeyOrder(kept);
    }

    /** The candidates become those that the first keys name, in that order. */
    private void keepInKeyOrder(int kept) {
        for (int i = 0; i < kept; i++) {
            int index = (int) keys[i];
            keys[i] = ((long) Float.floatToRawIntBits(logits[index]) << 32) | ids[index];
        }
        for (int i = 0; i < kept; i++) {
            ids[i] = (int) keys[i];
            logits[i] = Float.intBitsToFloat((int) (keys[i] >> 32));
        }
        size = kept;
        sorted = false;
    }

    /** Nucleus sampling: the most likely tokens up to this mass. */
    void topP(float mass) {
        if (mass >= 1 || size == 0) {
            return;
        }
        softmax();
        if (sorted) {
            double sum = 0;
            int kept = 0;
            while (kept < size && (kept == 0 || sum < mass)) {
                sum += probabilities[kept++];
            }
            size = kept;
            return;
        }
        topPUnsorted(mass);
    }

    /** Sorts only as many of the largest as the mass needs. */
    private void topPUnsorted(float mass) {
        float max = maxLogit();
        double total = 0;
        for (int i = 0; i < size; i++) {
            total += Math.exp((double) logits[i] - max);
        }
        for (int k = Math.min(PREFIX_FIRST, size); ; k = (int) Math.min(8L * k, size)) {
            int selected = selectTop(logits, ids, size, k);
            double sum = 0;
            int kept = 0;
            while (kept < selected && (kept == 0 || sum < mass)) {
                float weight = (float) Math.exp((double) logitOf(keys[selected - 1 - kept]) - max);
                sum += (float) (weight / total);
                kept++;
            }
            if (sum >= mass || k == size) {
                unpack(selected);
                size = kept;
                return;
            }
        }
    }

    /** Drops tokens less likely than this share of the most likely one. */
    void minP(float share) {
        if (share <= 0) {
            return;
        }
        float least = (float) (maxLogit() + Math.log(share));
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (logits[i] >= least) {
                ids[kept] = ids[i];
                logits[kept] = logits[i];
                kept++;
            }
        }
        size = kept;
    }

    void temperature(float temperature) {
        for (int i = 0; i < size; i++) {
            logits[i] /= temperature;
        }
    }

    /** The largest logit's index; the first among equals. */
    int best() {
        int best = 0;
        for (int i = 1; i < size; i++) {
            if (logits[i] > logits[best] || (logits[i] == logits[best] && ids[i] < ids[best])) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Draws an index by probability.
     *
     * @param uniform at least 0 and less than 1
     */
    int draw(double uniform) {
        float max = maxLogit();
        double sum = 0;
        for (int i = 0; i < size; i++) {
            probabilities[i] = (float) Math.exp((double) logits[i] - max);
            sum += probabilities[i];
        }
        double target = sum * uniform;
        double run = 0;
        for (int i = 0; i < size; i++) {
            run += probabilities[i];
            if (run > target) {
                return i;
            }
        }
        return best();
    }

    float logit(int index) {
        return logits[index];
    }
}
