/**
 * KV cells of conversations in files: one file per block of tokens, one folder per model and kind of cells.
 *
 * <p>Knows neither the engine nor the native library: it moves bytes, and gives back only those whose checksums, names
 * and kind are right. {@link dev.llamero.inference.disk.BlockHeader} is the format, {@link
 * dev.llamero.inference.disk.BlockFolder} a model's folder, {@link dev.llamero.inference.disk.DiskCache} all of them
 * and the bound on their bytes.
 */
package dev.llamero.inference.disk;
