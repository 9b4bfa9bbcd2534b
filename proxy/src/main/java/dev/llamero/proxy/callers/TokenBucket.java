package dev.llamero.proxy.callers;

import java.time.Duration;

/**
 * Fills up evenly to a minute's worth. What has been used beyond it is a debt that must be filled first. Guarded by the
 * account's lock.
 */
final class TokenBucket {
    private static final double NANOS_PER_MINUTE = 60e9;

    private long perMinute;
    private double level;
    private long filledNanos;

    TokenBucket(long perMinute, long nowNanos) {
        this.perMinute = perMinute;
        this.level = perMinute;
        this.filledNanos = nowNanos;
    }

    /** Goes on with another limit: what is used stays used. */
    void limit(long limit, long nowNanos) {
        fill(nowNanos);
        level = perMinute == 0 ? limit : Math.min(limit, level + limit - perMinute);
        perMinute = limit;
    }

    long limit() {
        return perMinute;
    }

    void fill(long nowNanos) {
        level = Math.min(perMinute, level + (nowNanos - filledNanos) * (perMinute / NANOS_PER_MINUTE));
        filledNanos = nowNanos;
    }

    /** Whether so many can be taken; more than it holds can be taken when it is full. */
    boolean has(long count) {
        return perMinute == 0 || level >= Math.min(count, perMinute);
    }

    /** Takes them, if it must be on credit; a negative count gives back. */
    void take(long count) {
        level = Math.min(perMinute, level - count);
    }

    long left() {
        return Math.max(0, (long) level);
    }

    /** How long until it has so many. */
    Duration until(long count) {
        double missing = Math.min(count, perMinute) - level;
        return missing <= 0
                ? Duration.ZERO
                : Duration.ofNanos((long) Math.ceil(missing * NANOS_PER_MINUTE / perMinute));
    }
}
