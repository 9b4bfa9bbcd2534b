package dev.llamero.inference.api;

/** A request cannot be answered as asked: a status and the text that the client sees. */
public sealed class ApiException extends RuntimeException permits CloudException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public ApiException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /** 400. */
    public static ApiException badRequest(String message) {
        return new ApiException(400, message);
    }

    /** 404. */
    public static ApiException notFound(String message) {
        return new ApiException(404, message);
    }
}
