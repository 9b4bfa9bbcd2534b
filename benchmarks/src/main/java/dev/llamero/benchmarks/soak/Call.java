package dev.llamero.benchmarks.soak;

/**
 * One request of the traffic.
 *
 * @param kind what the report counts it as
 * @param method GET or POST
 * @param path with leading slash
 * @param body JSON, or what is meant to be refused; empty for none
 * @param statusLeast the least status that is right
 * @param statusMost the greatest
 * @param dropAfterMillis when the client leaves, or -1 if it stays to the end
 */
record Call(
        String kind, String method, String path, String body, int statusLeast, int statusMost, int dropAfterMillis) {
    static final int STAYS = -1;

    static Call post(String kind, String path, String body) {
        return new Call(kind, "POST", path, body, 200, 200, STAYS);
    }

    static Call get(String path) {
        return new Call("list", "GET", path, "", 200, 200, STAYS);
    }

    Call refused(int least, int most) {
        return new Call(kind, method, path, body, least, most, dropAfterMillis);
    }

    Call dropped(int afterMillis) {
        return new Call(kind, method, path, body, statusLeast, statusMost, afterMillis);
    }
}
