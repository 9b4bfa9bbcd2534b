package dev.llamero.inference.prompt;

/**
 * What the engine is to go on from.
 *
 * @param text for engines that tokenize themselves, and for a person who debugs
 * @param tokens the same in tokens
 */
public record Prompt(String text, int[] tokens) {}
