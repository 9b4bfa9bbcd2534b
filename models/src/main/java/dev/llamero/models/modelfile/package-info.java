/**
 * Modelfiles: what a model is made of, as text (specification 17.4 and 20). Read and written as Ollama does, down to
 * the words of its errors.
 */
package dev.llamero.models.modelfile;
