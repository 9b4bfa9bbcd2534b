/** The way to the model: the only users of the HTTP client. Knows neither browsers nor the store. */
package dev.llamero.gateway.upstream;
