package dev.llamero.proxy.http;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Answers one kind of request, or throws what {@link ErrorReplies} knows. Runs on the request's virtual thread. */
interface Endpoint {
    void handle(ServerRequest request, ServerResponse response, AccessLine line);
}
