package dev.llamero.gateway.chat;

import java.util.List;

/**
 * What a client missed.
 *
 * @param reset whether {@code answer} takes the place of what it has; else the rest is to be appended
 */
public record Rest(
        String turnId,
        long seq,
        TurnState state,
        boolean reset,
        String content,
        String reasoning,
        List<ToolCall> toolCalls,
        Message answer) {}
