/**
 * Where a request of HTTP/1.1 ends, checked between a socket and the server that reads it. Pure, and the same for all
 * three servers: Helidon gathers a chunk, its size and its trailers without a bound of its own.
 */
package dev.llamero.framing;
