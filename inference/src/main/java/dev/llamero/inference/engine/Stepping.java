package dev.llamero.inference.engine;

/**
 * How an engine's steps are filled.
 *
 * @param drafts the small model that guesses; null for none
 */
record Stepping(StepSettings settings, ModelDraft drafts) {}
