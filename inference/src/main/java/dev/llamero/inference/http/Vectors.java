package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import java.util.Arrays;

/** What is done to the tokens before and to the vectors after a model made one of the other (specification 14.1). */
final class Vectors {
    private Vectors() {}

    /**
     * The vector with length 1; cut before that if fewer dimensions are asked for.
     *
     * @throws ApiException if a number of it is none
     */
    static float[] finished(float[] vector, int dimensions) {
        for (float number : vector) {
            if (!Float.isFinite(number)) {
                throw ApiException.badRequest("embedding contains NaN or Inf values");
            }
        }
        boolean cut = dimensions > 0 && dimensions < vector.length;
        return normalised(cut ? Arrays.copyOf(vector, dimensions) : vector);
    }

    private static float[] normalised(float[] vector) {
        double squares = 0;
        for (float number : vector) {
            squares += (double) number * number;
        }
        double length = Math.sqrt(squares);
        float[] result = new float[vector.length];
        for (int i = 0; i < vector.length && length > 0; i++) {
            result[i] = (float) (vector[i] / length);
        }
        return result;
    }

    /**
     * The first tokens of a text with the special tokens that stood around all of it.
     *
     * @param tokens more than {@code max}
     * @param specials what the vocabulary makes of an empty text
     */
    static int[] cut(int[] tokens, int[] specials, int max) {
        if (specials.length >= max) {
            throw ApiException.badRequest("input after truncation exceeds maximum context length");
        }
        int before = Arrays.mismatch(tokens, specials);
        int behind = specials.length - Math.min(before, specials.length);
        int[] result = Arrays.copyOf(tokens, max);
        System.arraycopy(tokens, tokens.length - behind, result, max - behind, behind);
        return result;
    }
}
