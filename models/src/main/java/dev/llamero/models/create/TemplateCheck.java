package dev.llamero.models.create;

import java.util.Optional;

/** Checks Go templates. */
@FunctionalInterface
public interface TemplateCheck {
    /** What is wrong with a template, in Go's words; empty if it is right. */
    Optional<String> fault(String template);
}
