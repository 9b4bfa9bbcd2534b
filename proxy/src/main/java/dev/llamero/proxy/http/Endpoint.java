package dev.llamero.proxy.http;

/** Answers one kind of request, or throws what {@link ErrorReplies} knows. Runs on the request's virtual thread. */
interface Endpoint {
    void handle(Exchange exchange);
}
