package dev.llamero.gateway.upstream;

/** Why there is no answer, in words for the person in front of the page: what failed, and what to do. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Stable names for the page and for programs; the page has a translation for each. */
    public enum Code {
        PROXY_UNREACHABLE,
        PROXY_REFUSED,
        INFERENCE_UNREACHABLE,
        MODEL_NOT_FOUND,
        NO_MODEL,
        REQUEST_REFUSED,
        BUSY,
        SILENT,
        ANSWER_BROKEN,
        ANSWER_TOO_LONG,
        MODEL_FAILED
    }

    private final Code code;
    private final String remedy;

    UpstreamException(Code code, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.remedy = remedy;
    }

    static UpstreamException broken(String what, Throwable cause) {
        return new UpstreamException(
                Code.ANSWER_BROKEN,
                "The answer broke off: " + what + ".",
                "What came so far is kept. Try again; if it happens again, look at the logs of proxy and inference.",
                cause);
    }

    /** The proxy works and lists nothing that could be asked. */
    public static UpstreamException noModel() {
        return new UpstreamException(
                Code.NO_MODEL,
                "There is no model to ask: the proxy lists none.",
                "Bring one: ./llamero pull qwen3:0.6b. Or put a GGUF file into ~/.llamero/models.",
                null);
    }

    public Code code() {
        return code;
    }

    /** What to do about it, one or two sentences. */
    public String remedy() {
        return remedy;
    }
}
