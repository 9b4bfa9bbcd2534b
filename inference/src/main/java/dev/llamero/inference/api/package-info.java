/**
 * The Ollama wire: requests read as Go's decoder reads them, replies written as Go's encoder writes them, the table of
 * options. No sockets, no engine.
 */
package dev.llamero.inference.api;
