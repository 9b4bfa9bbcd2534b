/**
 * Ollama's store on disk, read and written in place: names, blobs, manifests, and what is removed when.
 *
 * <p>The folder may be shared with an installed Ollama or another Llamero at any time. So nothing here counts on being
 * alone: a blob or manifest gets its final name by one rename, after its bytes have reached the disk.
 */
package dev.llamero.models.store;
