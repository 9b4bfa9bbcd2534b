/**
 * Translation between OpenAI's wire dialect and Ollama's: requests one way, answers and errors the other way. Pure: no
 * socket, no clock, no thread. The proxy translates for any Ollama server, the inference server for itself.
 *
 * <p>Where it differs from Ollama's own {@code /v1} on purpose: {@code max_completion_tokens} is honoured,
 * {@code tool_choice} {@code "none"} and a named function are honoured, the parts of one message stay one message,
 * {@code developer} becomes {@code system}, and an error in the middle of a stream reaches the caller.
 */
package dev.llamero.dialects;
