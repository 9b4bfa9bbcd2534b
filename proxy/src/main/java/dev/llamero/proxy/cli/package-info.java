/** Commands of a person about the proxy's files. One short-lived process, one thread. */
package dev.llamero.proxy.cli;
