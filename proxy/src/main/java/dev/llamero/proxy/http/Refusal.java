package dev.llamero.proxy.http;

/** The proxy itself says no. The message is a sentence for the caller. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Where the body ends is open to argument. */
    static final String AMBIGUOUS = "ambiguous_length";

    static final String BODY_TIMEOUT = "body_timeout";

    private final int status;
    private final String code;

    /** @param code a word that programs can compare, or null */
    Refusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static Refusal bodyTooLarge() {
        return new Refusal(413, "bad_http_request", "the request body is larger than the setting max-body allows");
    }

    /** Whether the connection cannot carry another request after this code. */
    static boolean endsConnection(String code) {
        return code.equals(AMBIGUOUS) || code.equals(BODY_TIMEOUT);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
