package dev.llamero.inference.jinja;

import java.time.Clock;
import java.util.Map;
import java.util.Objects;

/**
 * A chat template, parsed once and rendered as often as wanted.
 *
 * <p>Immutable: any number of threads may render it at once, each on itself. Values that go in are String, Boolean,
 * Integer, Long, BigInteger, Double, List, Map with string keys, and null for None; what is not in the map is
 * undefined. They are read, never changed, and must not change while the template renders.
 */
public final class Template {
    private final Limits limits;
    private final Compiler.Compiled compiled;

    private Template(Limits limits, Compiler.Compiled compiled) {
        this.limits = limits;
        this.compiled = compiled;
    }

    /**
     * Parses a template with the default limits.
     *
     * @throws TemplateException if the source is no template; it knows the line
     */
    public static Template parse(String source) {
        return parse(source, Limits.DEFAULT);
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if the source is no template or too long; it knows the line
     */
    public static Template parse(String source, Limits limits) {
        Objects.requireNonNull(source, "source is null");
        Objects.requireNonNull(limits, "limits is null");
        if (source.length() > limits.sourceCharsMax()) {
            throw TemplateException.limit("the template is longer than %d chars", limits.sourceCharsMax());
        }
        try {
            return new Template(limits, Compiler.compile(Parser.parse(source, limits)));
        } catch (StackOverflowError e) {
            throw new TemplateException("RecursionError", "the template is nested too deeply");
        }
    }

    /**
     * Renders with the system's clock and time zone for {@code strftime_now}.
     *
     * @throws TemplateException if the template fails, by itself or through {@code raise_exception}
     */
    public String render(Map<String, Object> variables) {
        return render(variables, Clock.systemDefaultZone());
    }

    /**
     * Renders with this clock for {@code strftime_now}; its zone is the zone of the text.
     *
     * @throws TemplateException if the template fails, by itself or through {@code raise_exception}
     */
    public String render(Map<String, Object> variables, Clock clock) {
        Objects.requireNonNull(variables, "variables is null");
        Objects.requireNonNull(clock, "clock is null");
        Render render = new Render(limits, clock, Inputs.of(variables));
        if (!compiled.blocks().isEmpty()) {
            render.useBlocks(compiled.blocks());
        }
        Output output = new Output(render);
        try {
            compiled.main().run(null, render, output);
            return output.toString();
        } catch (TemplateException e) {
            throw e.at(render.line());
        } catch (StackOverflowError e) {
            throw new TemplateException("RecursionError", "maximum recursion depth exceeded", render.line());
        }
    }
}
