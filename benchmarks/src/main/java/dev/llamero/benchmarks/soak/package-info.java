/** Long runs of mixed requests, after which nothing may be missing. Talks to a server over HTTP like any client. */
package dev.llamero.benchmarks.soak;
