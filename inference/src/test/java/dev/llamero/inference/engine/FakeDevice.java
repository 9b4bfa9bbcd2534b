package dev.llamero.inference.engine;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A {@link FakeDecoder}'s memory for copies outside of its cells: as many as a test allows. */
final class FakeDevice {
    /** Copies that are not closed. */
    final Set<DeviceCopy> kept = ConcurrentHashMap.newKeySet();

    volatile int copiesMax;
    volatile boolean keepsFail;
    volatile boolean bringsBackFail;
    volatile int keeps;
    volatile int broughtBack;

    private final class Copy implements DeviceCopy {
        private final int[] tokens;

        private Copy(int[] tokens) {
            this.tokens = tokens;
        }

        @Override
        public int cells() {
            return tokens.length;
        }

        @Override
        public long bytes() {
            return FakeDevice.this.bytes(tokens.length);
        }

        @Override
        public void close() {
            kept.remove(this);
        }
    }

    long bytes(int cells) {
        return copiesMax > 0 ? (long) cells * FakeDecoder.CELL_BYTES : 0;
    }

    Optional<DeviceCopy> keep(int[] tokens) {
        if (keepsFail || kept.size() >= copiesMax) {
            return Optional.empty();
        }
        keeps++;
        Copy made = new Copy(tokens);
        kept.add(made);
        return Optional.of(made);
    }

    /** The tokens of a copy that is open. */
    int[] tokens(DeviceCopy copy) {
        if (!kept.contains(copy)) {
            throw new IllegalStateException("decoder misused: a closed copy");
        }
        return ((Copy) copy).tokens;
    }

    boolean comesBack() {
        broughtBack += bringsBackFail ? 0 : 1;
        return !bringsBackFail;
    }
}
