/**
 * What is left of a measurement: figures with their spread, a table, charts, and one file with every sample. Pure but
 * for reading the machine's description and writing the folder of results.
 */
package dev.llamero.benchmarks.report;
