/**
 * JSON Schema to GBNF, the grammar notation of llama.cpp, for structured output. Pure: no I/O, no native code.
 *
 * <p>What a grammar accepts always satisfies the schema. A schema that a grammar cannot keep is refused with the
 * keyword's name, so that no caller believes in a promise that nobody keeps.
 */
package dev.llamero.inference.grammar;
