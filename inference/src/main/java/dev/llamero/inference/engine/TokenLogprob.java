package dev.llamero.inference.engine;

import java.util.List;

/**
 * Natural log probability of a chosen token, with the likeliest alternatives, most likely first.
 *
 * @param bytes the token's bytes, which may be a part of a character
 * @param logprob at most 0
 * @param alternatives as many as were asked for; their own lists are empty
 */
public record TokenLogprob(byte[] bytes, double logprob, List<TokenLogprob> alternatives) {}
