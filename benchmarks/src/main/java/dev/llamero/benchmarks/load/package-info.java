/**
 * The load harness: workloads, the client that times answers, and the command that compares servers side by side in one
 * run.
 *
 * <p>Servers take turns within each round (A, B, A, B), so that what else the machine does hits all alike. Only ratios
 * of one run are reported; absolute figures of different machines are never compared.
 */
package dev.llamero.benchmarks.load;
