/** What the proxy keeps on disk for its owner alone: keys, what they have used, certificates. */
package dev.llamero.proxy.files;
