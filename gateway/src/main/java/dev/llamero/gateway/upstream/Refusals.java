package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.gateway.upstream.UpstreamException.Code;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The one place that turns a refusal or a failed connection into words. Pure. */
final class Refusals {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REASON_CHARS_MAX = 600;

    private Refusals() {}

    /** The proxy answered, but not with an answer. */
    static UpstreamException refused(URI endpoint, int status, byte[] body) {
        String reason = reason(body);
        return switch (status) {
            case 401, 403 ->
                new UpstreamException(
                        Code.PROXY_REFUSED,
                        "The proxy refused the gateway (" + status + "): " + reason,
                        "Set model-api-key in llamero.yaml (section gateway) to a key that the proxy knows.",
                        null);
            case 404 ->
                new UpstreamException(
                        Code.MODEL_NOT_FOUND,
                        "The model is not there: " + reason,
                        "Bring it with ./llamero pull NAME, or set another one as model in llamero.yaml (section"
                                + " gateway).",
                        null);
            case 429 ->
                new UpstreamException(
                        Code.BUSY, "Too many requests at once: " + reason, "Wait a moment, then try again.", null);
            case 502, 503, 504 ->
                new UpstreamException(
                        Code.INFERENCE_UNREACHABLE,
                        "The proxy works, but the inference server behind it does not: " + reason,
                        "If it was started with ./llamero up it comes back by itself: try again in a few seconds."
                                + " Otherwise start it with ./llamero serve.",
                        null);
            default ->
                new UpstreamException(
                        status < 500 ? Code.REQUEST_REFUSED : Code.MODEL_FAILED,
                        "The proxy at " + endpoint + " answered " + status + ": " + reason,
                        status < 500
                                ? "Change the question, or start a new chat if this one has become too long."
                                : "Try again; the logs of proxy and inference say more under this request id.",
                        null);
        };
    }

    /** No answer came at all. */
    static UpstreamException unreachable(URI endpoint, RuntimeException failure, Duration silence) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException timeout
                    && !String.valueOf(timeout.getMessage()).contains("onnect")) {
                return silent(endpoint, failure, silence);
            }
            if (cause instanceof UnknownHostException) {
                return down(endpoint, "its host name is not known", failure);
            }
            if (cause instanceof ConnectException) {
                return down(endpoint, "connection refused", failure);
            }
        }
        return down(endpoint, "the connection was closed before an answer came", failure);
    }

    private static UpstreamException down(URI endpoint, String why, Throwable cause) {
        return new UpstreamException(
                Code.PROXY_UNREACHABLE,
                "The proxy at " + endpoint + " does not answer: " + why + ".",
                "Start everything with ./llamero up, or the proxy alone with ./llamero proxy. If it runs at another"
                        + " address, set CLAWDBOT_MODEL_ENDPOINT.",
                cause);
    }

    static UpstreamException silent(URI endpoint, Throwable cause, Duration silence) {
        return new UpstreamException(
                Code.SILENT,
                "Nothing came from " + endpoint + " for " + silence.toSeconds() + " seconds.",
                "The model may be too large for this machine, or the prompt very long. Raise silence-timeout, or ask"
                        + " something shorter.",
                cause);
    }

    /** OpenAI's error shape, Ollama's, or plain text; cut to a length that can be shown. */
    private static String reason(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        try {
            JsonNode error = JSON.readTree(text).path("error");
            text = error.isTextual() ? error.textValue() : error.path("message").asText(text);
        } catch (JacksonException e) {
            // Not JSON: shown as it is.
            text = text.lines().findFirst().orElse("");
        }
        if (text.isEmpty()) {
            return "no reason given.";
        }
        if (text.length() > REASON_CHARS_MAX) {
            return text.substring(0, REASON_CHARS_MAX) + "...";
        }
        // A remedy may follow it.
        return ".!?。".indexOf(text.charAt(text.length() - 1)) >= 0 ? text : text + ".";
    }
}
