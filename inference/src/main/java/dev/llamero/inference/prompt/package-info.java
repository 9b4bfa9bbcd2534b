/**
 * From messages to tokens, and from the answer's text to content, thinking and tool calls. Pure but for one small pool
 * of threads that tokenizes.
 */
package dev.llamero.inference.prompt;
