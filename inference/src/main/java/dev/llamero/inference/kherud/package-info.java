/**
 * The second engine: the {@code de.kherud:llama} binding behind the {@link dev.llamero.inference.engine.Engine} seam.
 *
 * <p>It brings its own, older llama.cpp (build 4916) and schedules inside that library. It serves to compare two
 * engines on one model; the default engine is the one over our own binding.
 */
package dev.llamero.inference.kherud;
