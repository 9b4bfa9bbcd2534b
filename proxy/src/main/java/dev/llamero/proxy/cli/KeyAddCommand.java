package dev.llamero.proxy.cli;

import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes a key. The key alone goes to standard output, so that a script can take it; it is kept nowhere. */
@Command(
        name = "add",
        description = "Make a key and print it, this once.",
        footer = {"", "Numbers may end with k or M: --tokens-per-day 500k. Without a flag there is no such limit."})
final class KeyAddCommand implements Runnable {
    @ParentCommand
    private KeyCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Who it is for.")
    private String name;

    @Option(
            names = "--requests-per-minute",
            paramLabel = "N",
            converter = Count.class,
            description = "Requests in a minute; so many may come at once.")
    private long requestsPerMinute;

    @Option(
            names = "--tokens-per-minute",
            paramLabel = "N",
            converter = Count.class,
            description = "Tokens of prompts and answers in a minute.")
    private long tokensPerMinute;

    @Option(
            names = "--streams",
            paramLabel = "N",
            converter = Count.class,
            description = "Requests at the same time, streamed or not.")
    private long streams;

    @Option(
            names = "--tokens-per-day",
            paramLabel = "N",
            converter = Count.class,
            description = "Budget of tokens from midnight to midnight, UTC. An answer is cut where it ends.")
    private long tokensPerDay;

    @Option(
            names = "--tokens-total",
            paramLabel = "N",
            converter = Count.class,
            description = "Budget of tokens over the life of the key.")
    private long tokensTotal;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            split = ",",
            description = "Model that it may use, as callers name it; may be given again. Default: all.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "Last day, as 2027-01-31 (UTC), or a time from now, as 90d or 12h.")
    private String expires;

    /** A count with an optional unit. */
    static final class Count implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kM]?)");

        @Override
        public Long convert(String text) {
            Matcher form = FORM.matcher(text);
            long count = form.matches() ? Long.parseLong(form.group(1)) : 0;
            if (count == 0) {
                throw new TypeConversionException("'" + text + "' is no whole number above 0, as 60, 500k or 2M");
            }
            return switch (form.group(2)) {
                case "k" -> count * 1_000;
                case "M" -> count * 1_000_000;
                default -> count;
            };
        }
    }

    @Override
    public void run() {
        if (name.isBlank() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
            throw new ParameterException(spec.commandLine(), "a name has 1 to 100 characters, none of them a control");
        }
        if (streams > Integer.MAX_VALUE) {
            throw new ParameterException(spec.commandLine(), "--streams is larger than any machine can serve");
        }
        KeyFile file = parent.keys();
        boolean first = file.read().isEmpty();
        var limits = new KeyLimits(requestsPerMinute, tokensPerMinute, (int) streams, tokensPerDay, tokensTotal);
        Instant now = Instant.now();
        String key = file.add(name, limits, models, expiry(now), now);
        spec.commandLine().getOut().println(key);
        PrintWriter err = spec.commandLine().getErr();
        err.println("This is the key of " + name + ", id " + ApiKey.id(key) + ". Keep it: it is stored nowhere, "
                + file.path() + " has only its hash.");
        if (first) {
            err.println("It is the first one: from now on every caller of the proxy must show a key. The chat page of"
                    + " ./llamero up gets one by itself; one that runs elsewhere needs LLAMERO_MODEL_API_KEY.");
        }
    }

    private Optional<Instant> expiry(Instant now) {
        if (expires == null) {
            return Optional.empty();
        }
        try {
            Instant end = expires.matches("\\d{1,5}[dh]")
                    ? now.plus(Duration.ofHours(Long.parseLong(expires.substring(0, expires.length() - 1))
                            * (expires.endsWith("d") ? 24 : 1)))
                    : LocalDate.parse(expires)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
            if (!end.isAfter(now)) {
                throw new ParameterException(spec.commandLine(), "--expires " + expires + " is over");
            }
            return Optional.of(end);
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--expires " + expires + " is neither a day as 2027-01-31 nor a time as 90d",
                    e);
        }
    }
}
