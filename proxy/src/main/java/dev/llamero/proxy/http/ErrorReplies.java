package dev.llamero.proxy.http;

import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.OpenAiErrors;
import dev.llamero.proxy.upstream.UpstreamException;
import io.helidon.http.RequestException;

/** The one place where a failure becomes a status and a body in OpenAI's shape. */
final class ErrorReplies {
    private ErrorReplies() {}

    /**
     * What to answer.
     *
     * @param code short word for the log
     * @param endedBy who ended the request
     */
    record Reply(int status, byte[] body, String code, AccessLine.End endedBy) {}

    static Reply reply(Throwable failure, String requestId) {
        return switch (failure) {
            case Refusal refusal -> own(refusal.status(), refusal.code(), refusal.getMessage());
            case DialectException translation -> translation(translation);
            case UpstreamException upstream -> upstream(upstream);
            case RequestException http -> own(http.status().code(), "bad_http_request", sentence(http));
            default ->
                own(500, "internal_error", "the proxy failed inside; its log tells more under request id " + requestId);
        };
    }

    private static Reply translation(DialectException failure) {
        int status = OpenAiErrors.status(failure.error());
        byte[] body = OpenAiErrors.body(failure.error());
        return switch (failure.error()) {
            case dev.llamero.dialects.DialectError.BadJson e ->
                new Reply(status, body, "bad_json", AccessLine.End.PROXY);
            case dev.llamero.dialects.DialectError.BadField e ->
                new Reply(status, body, "bad_field " + e.field(), AccessLine.End.PROXY);
            case dev.llamero.dialects.DialectError.Refused e ->
                new Reply(status, body, "upstream_refused", AccessLine.End.UPSTREAM);
            case dev.llamero.dialects.DialectError.Garbled e ->
                new Reply(status, body, "bad_upstream_answer", AccessLine.End.UPSTREAM);
        };
    }

    private static Reply upstream(UpstreamException failure) {
        int status = failure.kind() == UpstreamException.Kind.TIMEOUT ? 504 : 502;
        String code = switch (failure.kind()) {
            case UNREACHABLE -> "upstream_unreachable";
            case TIMEOUT -> "upstream_timeout";
            case CUT -> "upstream_cut";
            case GARBLED -> "bad_upstream_answer";
            case CANCELLED -> "cancelled";
        };
        AccessLine.End end =
                failure.kind() == UpstreamException.Kind.TIMEOUT ? AccessLine.End.DEADLINE : AccessLine.End.UPSTREAM;
        return new Reply(
                status, OpenAiErrors.body(failure.getMessage(), OpenAiErrors.type(status), null, code), code, end);
    }

    private static Reply own(int status, String code, String message) {
        return new Reply(
                status,
                OpenAiErrors.body(message, OpenAiErrors.type(status), null, code),
                code == null ? "refused" : code,
                AccessLine.End.PROXY);
    }

    private static String sentence(RequestException failure) {
        return switch (failure.status().code()) {
            case 413 -> "the request body is larger than the setting max-body allows";
            case 505 -> "this server speaks HTTP/1.1 only";
            default -> "the request is not valid HTTP: " + failure.getMessage();
        };
    }
}
