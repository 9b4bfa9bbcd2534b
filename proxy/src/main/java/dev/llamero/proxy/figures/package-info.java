/** Counters and histograms that many threads write and one page reads, and that page's text. Knows nothing of HTTP. */
package dev.llamero.proxy.figures;
