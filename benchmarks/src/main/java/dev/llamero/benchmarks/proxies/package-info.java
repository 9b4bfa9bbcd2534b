/**
 * What a proxy costs: an instant model server, a load generator in closed loop, and a comparison of proxies in turns.
 */
package dev.llamero.benchmarks.proxies;
