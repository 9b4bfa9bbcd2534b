package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where the time of one call to the proxy went, in milliseconds since it was sent; no text of question or answer.
 *
 * @param firstMillis until the first piece of thinking or answer; -1 if none came
 * @param totalMillis until the end
 * @param hops what proxy and inference say of themselves; an empty object if they do not tell
 */
public record CallTrace(double firstMillis, double totalMillis, JsonNode hops) {}
