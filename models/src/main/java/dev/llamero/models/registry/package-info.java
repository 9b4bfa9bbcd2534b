/**
 * Models from and to a registry: names and addresses, the HTTP side of the registry protocol (specification 17.2), and
 * transfers that survive cuts, kills and hostile servers.
 *
 * <p>A pull runs on its caller's thread, which waits; a blob is fetched by a {@link
 * dev.llamero.models.registry.BlobDownload} of its own, which several pulls may share. Nothing that a server says is
 * believed before it is measured: sizes come from the manifest, bytes count only with the right digest.
 */
package dev.llamero.models.registry;
