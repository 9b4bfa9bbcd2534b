/** Who may use the gateway: accounts, their tokens and sign-ins, and the gate that every request passes. */
package dev.llamero.gateway.access;
