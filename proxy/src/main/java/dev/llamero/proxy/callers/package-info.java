/**
 * Who calls, and how much of it: keys and their file, limits, budgets of tokens. Knows nothing of HTTP or of model
 * servers.
 */
package dev.llamero.proxy.callers;
