package dev.llamero.inference.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Slots that wait for a place, fair between callers: each caller's own line is first come, first served, and callers
 * take turns, so that one who asks a hundred questions at once delays another's by one. Engine's thread only.
 *
 * <p>A caller is whoever shares a cache salt. Slots that gave their place up come before all others.
 */
final class WaitingLine {
    private final Deque<Slot> returned = new ArrayDeque<>();

    /** Lines by caller, the caller whose turn it is first; none is empty. */
    private final Map<String, Deque<Slot>> lines = new LinkedHashMap<>();

    private int size;

    /** A new request. */
    void add(Slot slot) {
        lines.computeIfAbsent(slot.request.cacheSalt(), salt -> new ArrayDeque<>())
                .add(slot);
        size++;
    }

    /** A slot that ran before and goes on as soon as there is room. */
    void addFirst(Slot slot) {
        returned.addFirst(slot);
        size++;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Who is next; null if nobody waits. */
    Slot peek() {
        if (!returned.isEmpty()) {
            return returned.peek();
        }
        return size == 0 ? null : lines.values().iterator().next().peek();
    }

    /** Takes who is next; the caller's further requests wait until the other callers had a turn. */
    Slot poll() {
        Slot slot = peek();
        if (slot == null) {
            return null;
        }
        size--;
        if (!returned.isEmpty()) {
            return returned.poll();
        }
        String caller = slot.request.cacheSalt();
        Deque<Slot> line = lines.remove(caller);
        line.poll();
        if (!line.isEmpty()) {
            lines.put(caller, line);
        }
        return slot;
    }

    /** Takes a slot out, wherever it stands. */
    void remove(Slot slot) {
        if (returned.remove(slot)) {
            size--;
            return;
        }
        Deque<Slot> line = lines.get(slot.request.cacheSalt());
        if (line != null && line.remove(slot)) {
            size--;
            if (line.isEmpty()) {
                lines.remove(slot.request.cacheSalt());
            }
        }
    }

    /** All slots, in the order in which they will be taken if nobody joins. */
    List<Slot> inOrder() {
        List<Slot> order = new ArrayList<>(returned);
        List<Iterator<Slot>> turns = new ArrayList<>();
        lines.values().forEach(line -> turns.add(line.iterator()));
        while (order.size() < size) {
            for (Iterator<Slot> turn : turns) {
                if (turn.hasNext()) {
                    order.add(turn.next());
                }
            }
        }
        return order;
    }
}
