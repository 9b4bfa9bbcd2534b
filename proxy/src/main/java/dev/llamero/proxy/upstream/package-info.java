/**
 * The way to the model server: connections, deadlines, cancel. A client of its own on blocking sockets, because a model
 * server is silent for minutes before its first byte: the call must end at once when the caller leaves in that silence,
 * and the deadlines for connecting, for the first byte and for later silence differ.
 */
package dev.llamero.proxy.upstream;
