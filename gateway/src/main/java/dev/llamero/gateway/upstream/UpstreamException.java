package dev.llamero.gateway.upstream;

import java.util.EnumSet;
import java.util.Set;

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

    private static final Set<Code> PASSING =
            EnumSet.of(Code.PROXY_UNREACHABLE, Code.INFERENCE_UNREACHABLE, Code.ANSWER_BROKEN);

    private final Code code;
    private final String remedy;
    private final boolean passing;

    UpstreamException(Code code, String message, String remedy, Throwable cause) {
        this(code, message, remedy, cause, PASSING.contains(code));
    }

    UpstreamException(Code code, String message, String remedy, Throwable cause, boolean passing) {
        super(message, cause);
        this.code = code;
        this.remedy = remedy;
        this.passing = passing;
    }

    static UpstreamException broken(String what, Throwable cause) {
        return new UpstreamException(
                Code.ANSWER_BROKEN,
                "The answer broke off: " + what + ".",
                "What came so far is kept. Try again; if it happens again, look at the logs of proxy and inference.",
                cause);
    }

    static UpstreamException pullFailed(String what) {
        return new UpstreamException(
                Code.MODEL_FAILED,
                "The model could not be pulled: " + what,
                "Look at the name and the network, then pull it again; what has come is kept.",
                null);
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

    /** Whether the same question may be answered in a moment: a layer was killed, or is being started. */
    public boolean isPassing() {
        return passing;
    }
}
