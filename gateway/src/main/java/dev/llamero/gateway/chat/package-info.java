/** Conversations and turns: what is kept, and what runs. Knows neither sockets nor pages. */
package dev.llamero.gateway.chat;
