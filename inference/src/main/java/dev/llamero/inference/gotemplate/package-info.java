/**
 * Go's template language with the functions that Ollama adds, so that a store's TEMPLATE layers render as Ollama
 * renders them, byte for byte and word for word in errors.
 *
 * <p>Way of a template: {@link dev.llamero.inference.gotemplate.Lexer} and
 * {@link dev.llamero.inference.gotemplate.Parser} make {@link dev.llamero.inference.gotemplate.Node}s,
 * {@link dev.llamero.inference.gotemplate.Executor} walks them, {@link dev.llamero.inference.gotemplate.Evaluator}
 * evaluates pipelines over {@link dev.llamero.inference.gotemplate.GoValue}s, which know the Go types that error texts
 * name. {@link dev.llamero.inference.gotemplate.OllamaTemplate} is the only way in.
 *
 * <p>Go's strings are bytes. Inside this package a Go string is a Java string with one char per byte of UTF-8 (all
 * chars below 256), so that lengths, indexes, slices, order and the columns of error texts are Go's;
 * {@link dev.llamero.inference.gotemplate.GoString} converts at the border.
 */
package dev.llamero.inference.gotemplate;
