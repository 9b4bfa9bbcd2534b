/** Everything on the port that is plain HTTP: page, health, pass-through, and the guard that stands before all. */
package dev.llamero.gateway.web;
