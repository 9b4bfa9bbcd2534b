package dev.llamero.proxy.http;

import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.Failure;
import dev.llamero.proxy.callers.LimitException;
import dev.llamero.proxy.http.CallFacts.End;
import dev.llamero.proxy.pool.UnknownModelException;
import dev.llamero.proxy.pool.UpstreamUnavailableException;
import dev.llamero.proxy.upstream.UpstreamException;
import io.helidon.http.RequestException;
import java.time.Duration;
import java.util.Optional;

/** The one place where a failure becomes a status and a sentence. */
final class ErrorReplies {
    private ErrorReplies() {}

    /**
     * What to answer, before it is put in the caller's dialect.
     *
     * @param code short word for the log
     * @param endedBy who ended the request
     * @param retryAfter when another try may do better, if that is known
     */
    record Reply(Failure failure, String code, End endedBy, Optional<Duration> retryAfter) {
        int status() {
            return failure.status();
        }
    }

    static Reply reply(Throwable failure, String requestId) {
        return switch (failure) {
            case Refusal refusal -> own(refusal.status(), refusal.code(), refusal.getMessage(), End.PROXY);
            case LimitException limit -> limit(limit);
            case UnknownModelException unknown ->
                reply(new Failure(404, unknown.getMessage(), "model", "model_not_found"), "model_not_found", End.PROXY);
            case UpstreamUnavailableException unavailable -> unavailable(unavailable);
            case DialectException translation -> translation(translation.error());
            case UpstreamException upstream -> upstream(upstream);
            case RequestException http -> own(http.status().code(), "bad_http_request", sentence(http), End.PROXY);
            default ->
                own(
                        500,
                        "internal_error",
                        "the proxy failed inside; its log tells more under request id " + requestId,
                        End.PROXY);
        };
    }

    private static Reply translation(DialectError error) {
        Failure failure = Failure.of(error);
        return switch (error) {
            case DialectError.BadJson _ -> reply(failure, "bad_json", End.PROXY);
            case DialectError.BadField bad -> reply(failure, "bad_field " + bad.field(), End.PROXY);
            case DialectError.Refused _ -> reply(failure, "upstream_refused", End.UPSTREAM);
            case DialectError.Garbled _ -> reply(failure, "bad_upstream_answer", End.UPSTREAM);
        };
    }

    private static Reply upstream(UpstreamException failure) {
        boolean timeout = failure.kind() == UpstreamException.Kind.TIMEOUT;
        String code = switch (failure.kind()) {
            case UNREACHABLE -> "upstream_unreachable";
            case TIMEOUT -> "upstream_timeout";
            case CUT -> "upstream_cut";
            case REFUSED, GARBLED -> "bad_upstream_answer";
            case CANCELLED -> "cancelled";
        };
        return own(timeout ? 504 : 502, code, failure.getMessage(), timeout ? End.DEADLINE : End.UPSTREAM);
    }

    private static Reply unavailable(UpstreamUnavailableException failure) {
        String code = switch (failure.reason()) {
            case OPEN -> "upstream_unavailable";
            case BUSY -> "upstream_busy";
            case CANCELLED -> "cancelled";
        };
        Reply reply = own(503, code, failure.getMessage(), End.UPSTREAM);
        return new Reply(reply.failure(), code, reply.endedBy(), Optional.of(failure.retryAfter()));
    }

    private static Reply limit(LimitException failure) {
        String code = switch (failure.limit()) {
            case REQUESTS, TOKENS -> "rate_limit_exceeded";
            case STREAMS -> "concurrency_limit_exceeded";
            // OpenAI's word: its clients tell it apart from a limit that a short wait lifts.
            case BUDGET -> "insufficient_quota";
        };
        Reply reply = own(429, code, failure.getMessage(), End.LIMIT);
        return new Reply(reply.failure(), code, reply.endedBy(), failure.retryAfter());
    }

    private static Reply own(int status, String code, String message, End endedBy) {
        return reply(new Failure(status, message, null, code), code == null ? "refused" : code, endedBy);
    }

    private static Reply reply(Failure failure, String code, End endedBy) {
        return new Reply(failure, code, endedBy, Optional.empty());
    }

    private static String sentence(RequestException failure) {
        return switch (failure.status().code()) {
            case 413 -> "the request body is larger than the setting max-body allows";
            case 505 -> "this server speaks HTTP/1.1 only";
            default -> "the request is not valid HTTP: " + failure.getMessage();
        };
    }
}
