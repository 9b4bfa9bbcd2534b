/** Commands of the terminal that concern the gateway. */
package dev.llamero.gateway.cli;
