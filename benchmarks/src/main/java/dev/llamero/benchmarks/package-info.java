/** JMH benchmarks of the parts a token passes through, each with a smoke run in the tests. */
package dev.llamero.benchmarks;
