package dev.llamero.inference.engine;

import java.util.function.Consumer;

/**
 * The slots that have a place, in the order of admission. Engine's thread only.
 *
 * <p>They are kept in an array that is replaced when one comes or goes, which is once per request, so that a step walks
 * over them without an iterator, and a loop that ends some of them walks on over what it began with.
 */
final class Running {
    private Slot[] slots = {};

    /** All of them; the array is never changed. */
    Slot[] slots() {
        return slots;
    }

    int size() {
        return slots.length;
    }

    void add(Slot slot) {
        Slot[] more = new Slot[slots.length + 1];
        System.arraycopy(slots, 0, more, 0, slots.length);
        more[slots.length] = slot;
        slots = more;
    }

    /** Takes a slot out, if it is one of them. */
    void remove(Slot slot) {
        for (int at = 0; at < slots.length; at++) {
            if (slots[at] == slot) {
                Slot[] fewer = new Slot[slots.length - 1];
                System.arraycopy(slots, 0, fewer, 0, at);
                System.arraycopy(slots, at + 1, fewer, at, fewer.length - at);
                slots = fewer;
                return;
            }
        }
    }

    /** Does something with each; what that adds or takes out changes nothing here. */
    void forEach(Consumer<Slot> action) {
        for (Slot slot : slots) {
            action.accept(slot);
        }
    }

    /** How many sample with every step. */
    int decoding() {
        int count = 0;
        for (Slot slot : slots) {
            count += slot.phase == Slot.Phase.DECODE ? 1 : 0;
        }
        return count;
    }

    /** Tokens of prompts that are still to be evaluated. */
    long pendingPrompts() {
        long pending = 0;
        for (Slot slot : slots) {
            pending += slot.phase == Slot.Phase.PREFILL ? slot.pending() : 0;
        }
        return pending;
    }

    /** Whether a first token is so near that it should not wait for idle cells to be moved. */
    boolean hasShortPrompt() {
        for (Slot slot : slots) {
            if (slot.phase == Slot.Phase.PREFILL && slot.pending() <= ParkingRule.SHORT_PROMPT_ROWS) {
                return true;
            }
        }
        return false;
    }
}
