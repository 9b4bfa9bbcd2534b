package dev.llamero.dialects;

/**
 * A request to a model server.
 *
 * @param path below the server's base address
 * @param body UTF-8 JSON; empty for GET
 */
public record UpstreamRequest(String method, String path, byte[] body) {}
