/**
 * Which models there are (a folder of GGUF files, an Ollama store), what each can do, and which are loaded. Knows no
 * HTTP.
 */
package dev.llamero.inference.model;
