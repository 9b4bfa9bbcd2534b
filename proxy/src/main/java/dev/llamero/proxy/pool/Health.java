package dev.llamero.proxy.pool;

/**
 * What the last question for its list told of a model server.
 *
 * @param up whether it answered as it should
 * @param error a sentence if not
 * @param version as it calls itself; empty if it does not say
 * @param latencyMillis of that answer
 */
public record Health(boolean up, String error, String version, double latencyMillis) {
    /** Not asked yet: taken as up, so that the first request is tried. */
    static final Health UNKNOWN = new Health(true, "", "", 0);

    static Health down(String error) {
        return new Health(false, error, "", 0);
    }
}
