/**
 * The model server: settings, start and ordered end. Everything else hangs below and is wired here.
 */
package dev.llamero.inference;
