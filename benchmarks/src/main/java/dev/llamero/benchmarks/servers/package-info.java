/**
 * The servers that a measurement talks to: where they are or how they are started, and what the kernel says about their
 * processes. Knows nothing of workloads.
 */
package dev.llamero.benchmarks.servers;
