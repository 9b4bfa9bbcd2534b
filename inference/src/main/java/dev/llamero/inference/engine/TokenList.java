package dev.llamero.inference.engine;

import java.util.Arrays;

/** A growing list of token ids (or cell numbers) without boxing. Used on one thread at a time. */
final class TokenList {
    private int[] items;
    private int size;

    TokenList() {
        items = new int[64];
    }

    TokenList(int[] first) {
        items = Arrays.copyOf(first, first.length + 64);
        size = first.length;
    }

    private TokenList(TokenList other) {
        items = Arrays.copyOf(other.items, other.size);
        size = other.size;
    }

    /** A copy without room to grow. */
    TokenList copy() {
        return new TokenList(this);
    }

    int size() {
        return size;
    }

    int get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("index " + index + " of " + size);
        }
        return items[index];
    }

    void add(int item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, Math.max(64, size + (size >> 1)));
        }
        items[size++] = item;
    }

    void truncate(int newSize) {
        size = Math.min(size, newSize);
    }

    /** Drops the items {@code from} (included) to {@code to} (excluded). */
    void removeRange(int from, int to) {
        System.arraycopy(items, to, items, from, size - to);
        size -= to - from;
    }

    /** How many items at the front are equal in both lists. */
    int commonPrefix(TokenList other) {
        int shorter = Math.min(size, other.size);
        int mismatch = Arrays.mismatch(items, 0, shorter, other.items, 0, shorter);
        return mismatch < 0 ? shorter : mismatch;
    }

    /** The items {@code from} (included) to {@code to} (excluded). */
    int[] range(int from, int to) {
        if (to > size) {
            throw new IndexOutOfBoundsException(from + " to " + to + " of " + size);
        }
        return Arrays.copyOfRange(items, from, to);
    }

    int[] toArray() {
        return range(0, size);
    }

    /** How many items from an offset on are equal to the other list's from its front. */
    int commonFrom(int offset, TokenList other) {
        int shorter = Math.min(size - offset, other.size);
        if (shorter <= 0) {
            return 0;
        }
        int mismatch = Arrays.mismatch(items, offset, offset + shorter, other.items, 0, shorter);
        return mismatch < 0 ? shorter : mismatch;
    }
}
