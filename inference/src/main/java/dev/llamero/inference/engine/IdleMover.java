package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which idle sequences leave the KV cache, and for where: the device's own memory ({@link DeviceTier}) where
 * there is room, else host memory and disk ({@link Parking}). Engine's thread only, between steps.
 */
final class IdleMover {
    static final Comparator<CachedSequence> OLDEST_FIRST =
            Comparator.comparingLong((CachedSequence sequence) -> sequence.lastUsed);

    private final KvCells cells;
    private final CachedSequence[] sequences;
    private final PrefixSearch search;
    private final Parking parking;
    private final DeviceTier device;
    private Predicate<CachedSequence> awaited = sequence -> false;

    IdleMover(KvCells cells, PrefixSearch search, Parking parking, DeviceTier device) {
        this.cells = cells;
        this.sequences = cells.sequences();
        this.search = search;
        this.parking = parking;
        this.device = device;
    }

    /** Tells which idle sequences a waiting request will want, so that they are not parked just before. */
    void spare(Predicate<CachedSequence> wanted) {
        awaited = wanted;
    }

    /**
     * Moves idle sequences out of the cache where that pays, the largest first, since it gains most.
     *
     * @param rentToCome what they are known to cost beside what they did
     * @param gently whether at most one may be saved before the next step
     */
    void parkIdle(int rentToCome, boolean gently) {
        while ((parking.possible() || device.possible()) && !(gently && parking.savedSinceStep())) {
            CachedSequence largest = largestThatPays(rentToCome);
            if (largest == null) {
                return;
            }
            if (search.heldByAnother(largest) || device.keep(largest)) {
                cells.clear(largest);
            } else if (paysToSave(largest, rentToCome)) {
                if (parking.save(largest, false)) {
                    cells.clear(largest);
                } else if (parking.isBusy()) {
                    return;
                } else {
                    largest.unsavable = true;
                }
            }
        }
    }

    /**
     * Before a run that will be alone: moves all idle sequences out, or none. A part of them would leave free cells
     * below others, which a run that goes on from one of those would fill: later tokens before earlier ones. Attention
     * adds up in the order of the cells, and the last bits of a sum can decide between two words, so the same question
     * would not get the same answer twice.
     *
     * @param best what the run would go on from; null for none
     * @param prefix how much of it, which must be restored if it is moved
     * @param rentToCome what the others are known to cost beside what they did
     * @return false if there is no room for all of them, so that they must go one by one
     */
    boolean emptyIfItPays(CachedSequence best, int prefix, int rentToCome) {
        boolean free = false;
        int paying = 0;
        int all = 0;
        for (CachedSequence each : sequences) {
            free |= each.use == CachedSequence.Use.FREE;
            all += each.size();
            boolean other = each.use == CachedSequence.Use.IDLE && each != best && !awaited.test(each);
            if (other && (device.pays(each, rentToCome) || paysToSave(each, rentToCome))) {
                paying += each.size();
            }
        }
        if (!device.hasRoomFor(all) && !parking.hasRoomFor(all)) {
            return false;
        }
        if (!free || paying > prefix) {
            leaveTogether();
        }
        if (!free) {
            dropUnsavable(best);
        }
        return true;
    }

    private void leaveTogether() {
        for (CachedSequence each : idle()) {
            if (search.heldByAnother(each) || device.keep(each) || parking.save(each, false)) {
                cells.clear(each);
            }
        }
    }

    /** Where ids run short they would be evicted in turn, and now that others have left at once, not for long. */
    private void dropUnsavable(CachedSequence best) {
        for (CachedSequence each : sequences) {
            if (each.use == CachedSequence.Use.IDLE && each.unsavable && each != best) {
                cells.clear(each);
            }
        }
    }

    /** The idle sequences that may be saved, the least recently used first. */
    private List<CachedSequence> idle() {
        List<CachedSequence> idle = new ArrayList<>();
        for (CachedSequence each : sequences) {
            if (each.use == CachedSequence.Use.IDLE && !each.unsavable) {
                idle.add(each);
            }
        }
        idle.sort(OLDEST_FIRST);
        return idle;
    }

    private CachedSequence largestThatPays(int rentToCome) {
        CachedSequence largest = null;
        for (CachedSequence each : sequences) {
            boolean larger = largest == null || each.size() > largest.size();
            boolean candidate = each.use == CachedSequence.Use.IDLE && larger && !awaited.test(each);
            // What the device has no room for is not asked again, so each turn of the caller's loop has an effect.
            if (candidate && (device.pays(each, rentToCome) || paysToSave(each, rentToCome))) {
                largest = each;
            }
        }
        return largest;
    }

    private boolean paysToSave(CachedSequence sequence, int rentToCome) {
        return !sequence.unsavable && parking.pays(sequence, rentToCome);
    }

    /**
     * Copies one block of the idle sequence that was not used for longest to where it can be restored from.
     *
     * @return false if there is none that is not there yet and has room
     */
    boolean saveAhead() {
        return idle().stream().anyMatch(parking::saveAhead) || device.saveAhead();
    }

    /** Empties an idle sequence, parked if it is worth it: saving costs a small part of evaluating it again. */
    void evict(CachedSequence victim) {
        boolean worthIt = victim.size() >= ParkingRule.EVICTED_TOKENS_MIN && !search.heldByAnother(victim);
        if (worthIt && !device.keep(victim) && !victim.unsavable) {
            parking.save(victim, true);
        }
        cells.clear(victim);
    }
}
