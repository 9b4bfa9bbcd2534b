/**
 * Several model servers as one: which serve a model, which of them takes the next request, when one is left alone, and
 * what waits when all are full. Reads lists of models itself; what a request says is none of its business.
 */
package dev.llamero.proxy.pool;
