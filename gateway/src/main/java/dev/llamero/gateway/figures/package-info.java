/** What the gateway tells its operator: one line of business log per turn, and figures for Prometheus. */
package dev.llamero.gateway.figures;
