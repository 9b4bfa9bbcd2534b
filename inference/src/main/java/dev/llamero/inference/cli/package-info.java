/** Commands of the launcher {@code ./llamero}: the supervisor of the three layers, and the Ollama-like commands. */
package dev.llamero.inference.cli;
