package dev.llamero.inference.http;

import java.util.Map;

/**
 * Where the objects of one answer go: to the client as they are, or translated for it. Used by the request's thread.
 */
interface Replies {
    /** Sends the whole of an answer that is not streamed. */
    void only(Map<String, Object> object);

    /** Sends an object of a stream. */
    void piece(Map<String, Object> object);

    /** Sends the last object of a stream, which may be an error, and ends it. */
    void last(Map<String, Object> object);

    /** Whether anything went out, so that a failure can no longer have a status. */
    boolean started();
}
