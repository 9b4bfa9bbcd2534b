/**
 * How the three servers read their settings and set up their logs. Pure but for reading one YAML file and the log
 * handler.
 */
package dev.llamero.settings;
