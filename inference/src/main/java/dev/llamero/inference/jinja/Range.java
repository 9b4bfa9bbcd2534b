package dev.llamero.inference.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Python's range: counted, never stored. */
final class Range extends AbstractList<Object> implements RandomAccess {
    private final long start;
    private final long stop;
    private final long step;
    private final int size;

    private Range(long start, long stop, long step, int size) {
        this.start = start;
        this.stop = stop;
        this.step = step;
        this.size = size;
    }

    static Range of(long start, long stop, long step, int sizeMax) {
        if (step == 0) {
            throw TemplateException.value("range() arg 3 must not be zero");
        }
        boolean empty = step > 0 ? start >= stop : start <= stop;
        java.math.BigInteger distance =
                java.math.BigInteger.valueOf(stop).subtract(java.math.BigInteger.valueOf(start));
        java.math.BigInteger stride = java.math.BigInteger.valueOf(step);
        java.math.BigInteger size = empty
                ? java.math.BigInteger.ZERO
                : distance.subtract(java.math.BigInteger.valueOf(Long.signum(step)))
                        .divide(stride)
                        .add(java.math.BigInteger.ONE);
        if (size.bitLength() > 31 || size.longValue() > sizeMax) {
            throw TemplateException.overflow(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + sizeMax + ").");
        }
        return new Range(start, stop, step, size.intValue());
    }

    long start() {
        return start;
    }

    long stop() {
        return stop;
    }

    long step() {
        return step;
    }

    @Override
    public Object get(int index) {
        return start + index * step;
    }

    @Override
    public int size() {
        return size;
    }
}
