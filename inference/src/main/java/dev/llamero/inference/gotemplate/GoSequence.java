package dev.llamero.inference.gotemplate;

import java.util.Map;

/** An iterator over pairs, as a method gives it to a range. */
record GoSequence(Map<String, GoValue> entries) {}
