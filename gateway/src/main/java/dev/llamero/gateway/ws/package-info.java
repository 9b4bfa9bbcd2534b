/** The WebSocket of the page: frames in, frames out, who is connected. PROTOCOL.md describes what is spoken. */
package dev.llamero.gateway.ws;
