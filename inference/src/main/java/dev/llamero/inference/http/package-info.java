/**
 * The HTTP side of the Ollama API: listener, routes, guards against foreign pages, handlers. A handler parses, submits
 * and copies events to the writer; nothing else.
 */
package dev.llamero.inference.http;
