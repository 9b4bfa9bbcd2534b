package dev.llamero.gateway.chat;

/**
 * A call of a tool that the model wants; the gateway shows it and runs none.
 *
 * @param arguments JSON as the model wrote it, which may be cut
 */
public record ToolCall(String id, String name, String arguments) {}
