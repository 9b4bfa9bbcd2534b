package dev.llamero.gateway.access;

/**
 * Who speaks, as the gate found out; never as the other side says. Immutable.
 *
 * @param name of the account, which owns what the caller makes
 * @param tokenHash of the account at that time, so that a change of the token shows; empty where nobody signs in
 * @param signIn hash of the cookie's secret; empty if the caller came with the token itself
 */
public record Caller(String name, String tokenHash, String signIn) {
    /** The account that everything belongs to where nobody signs in. */
    public static final String LOCAL = "local";

    static Caller local() {
        return new Caller(LOCAL, "", "");
    }

    /** Whether there was a credential, as opposed to a gateway that is open on loopback. */
    public boolean isSignedIn() {
        return !tokenHash.isEmpty();
    }

    /** Hashes open nothing, but have no business in a log either. */
    @Override
    public String toString() {
        return name;
    }
}
