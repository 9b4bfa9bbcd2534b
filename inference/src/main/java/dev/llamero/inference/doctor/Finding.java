package dev.llamero.inference.doctor;

/**
 * One thing that was looked at.
 *
 * @param area java, settings, natives, gpu, ports, store or memory
 * @param what a sentence without a full stop
 * @param remedy what to do; empty if there is nothing to do
 */
public record Finding(String area, Level level, String what, String remedy) {
    /** How bad it is. */
    public enum Level {
        OK,
        /** Worth knowing; everything works. */
        NOTE,
        /** Something will not work until it is mended. */
        BROKEN
    }

    static Finding ok(String area, String what) {
        return new Finding(area, Level.OK, what, "");
    }

    static Finding note(String area, String what, String remedy) {
        return new Finding(area, Level.NOTE, what, remedy);
    }

    static Finding broken(String area, String what, String remedy) {
        return new Finding(area, Level.BROKEN, what, remedy);
    }
}
