/** The chat gateway: browser page and WebSocket on one side, the proxy's HTTP on the other. */
package dev.llamero.gateway;
