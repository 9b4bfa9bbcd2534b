/**
 * The listener's certificate: from files, from an ACME server, or from a CA of this machine. One holder gives each
 * handshake the certificate of the moment, so a new one drops no connection.
 */
package dev.llamero.proxy.tls;
