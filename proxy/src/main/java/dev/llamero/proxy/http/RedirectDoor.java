package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.dialects.Failure;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/**
 * The handler of plain HTTP beside TLS: answers the ACME server, sends browsers to https, and refuses calls, whose key
 * has just gone over the wire for everyone to read: a client must learn that at once and not be led on.
 */
public final class RedirectDoor implements Handler {
    private static final int HTTPS = 443;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}]");

    private final Function<String, Optional<String>> challenges;
    private final IntSupplier httpsPort;

    /**
     * @param challenges path to the answer that an ACME server wants there
     * @param httpsPort where TLS is spoken
     */
    public RedirectDoor(Function<String, Optional<String>> challenges, IntSupplier httpsPort) {
        this.challenges = challenges;
        this.httpsPort = httpsPort;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        WatchedConnections.requestBegan();
        try {
            Optional<String> challenge = challenges.apply(request.path().path());
            String method = request.prologue().method().text();
            String host = request.headers().first(HeaderNames.HOST).orElse("").replaceFirst(":\\d{1,5}$", "");
            if (challenge.isPresent()) {
                response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
                response.send(challenge.get().getBytes(StandardCharsets.US_ASCII));
            } else if ((method.equals("GET") || method.equals("HEAD"))
                    && HOST.matcher(host).matches()) {
                int port = httpsPort.getAsInt();
                String query = request.prologue().query().rawValue();
                response.status(Status.PERMANENT_REDIRECT_308);
                response.header(
                        HeaderNames.LOCATION,
                        "https://" + host + (port == HTTPS ? "" : ":" + port)
                                + request.path().rawPath() + (query.isEmpty() ? "" : "?" + query));
                response.send();
            } else {
                var failure = new Failure(
                        403,
                        "this port speaks plain HTTP, where keys can be read on the way; use https",
                        null,
                        "https_needed");
                response.status(Status.FORBIDDEN_403);
                response.header(HeaderNames.CONTENT_TYPE, "application/json");
                response.send(CallerDialect.OPENAI.error(failure, ""));
            }
        } finally {
            WatchedConnections.requestEnded();
        }
    }
}
