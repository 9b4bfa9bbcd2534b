/**
 * Jinja interpreter for chat templates: text in, compiled template out, rendered by the thread that asks.
 *
 * <p>It follows Jinja2 3.1 as Hugging Face's {@code apply_chat_template} sets it up: immutable sandbox, {@code
 * trim_blocks}, {@code lstrip_blocks}, loop controls, the {@code generation} tag. Source text goes through {@code
 * Lexer} and {@code Parser} to the records of {@code Nodes}; {@code Compiler} resolves every name to a slot and makes
 * small executable closures of them. A template can reach only the values that it was given: there is no reflection and
 * no host object, and {@link dev.llamero.inference.jinja.Limits} bound its work.
 */
package dev.llamero.inference.jinja;
