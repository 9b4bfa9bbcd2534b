/** The proxy's process: settings and main. */
package dev.llamero.proxy;
