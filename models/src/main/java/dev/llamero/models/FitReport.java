package dev.llamero.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Words and figures of a {@link MemoryFit} for a terminal of 80 columns. Pure; printing is the caller's. */
public final class FitReport {
    private static final int BAR_COLUMNS = 60;
    private static final List<KvType> COMPARED = List.of(KvType.F16, KvType.Q8_0, KvType.Q4_0);

    private final GgufFile file;
    private final MemoryFit fit;

    /** A report on a model and what it needs. */
    public FitReport(GgufFile file, MemoryFit fit) {
        this.file = file;
        this.fit = fit;
    }

    /**
     * The report as lines without line ends.
     *
     * @param memoryBytes memory of the GPU, or of the machine; empty leaves out what fits in it
     */
    public List<String> lines(OptionalLong memoryBytes) {
        var lines = new ArrayList<String>();
        lines.add(title());
        lines.add("");
        lines.add(row("weights", fit.weightBytes(), ""));
        lines.add(row("KV cache", fit.kvBytes(), kvNote()));
        lines.add(row("compute buffers", fit.computeBytes(), "estimate"));
        lines.add(row("driver and slack", MemoryFit.DEVICE_BYTES, "estimate, GPU only"));
        lines.add(row("together", fit.totalBytes(), ""));
        if (memoryBytes.isPresent()) {
            lines.add("");
            addVerdict(lines, memoryBytes.getAsLong());
        }
        lines.add("");
        addComparison(lines, memoryBytes);
        addNotes(lines);
        return lines;
    }

    private String title() {
        String name = printable(file.text("general.name").orElse(file.architecture()));
        String trained = file.contextLength().isPresent()
                ? ", trained for " + file.contextLength().getAsLong() + " tokens"
                : "";
        return name + ": " + printable(file.architecture()) + ", " + file.parameterSize() + " parameters, "
                + file.quantizationLevel() + trained;
    }

    /** A name comes from the file and must not steer the terminal. */
    private static String printable(String name) {
        String quoted = GgufException.quoted(name);
        return quoted.substring(1, quoted.length() - 1);
    }

    private static String row(String what, long bytes, String note) {
        String text = String.format(
                Locale.ROOT, "  %-17s %12s %12s  %s", what, ByteSize.gigabytes(bytes), ByteSize.gibibytes(bytes), note);
        return text.stripTrailing();
    }

    private String kvNote() {
        return fit.contextTokens() + " tokens x " + ByteSize.kibibytes(fit.kvBytesPerToken()) + " ("
                + fit.kvType().label() + ")";
    }

    private void addVerdict(List<String> lines, long memoryBytes) {
        lines.add("  " + bar(memoryBytes) + " " + ByteSize.gibibytes(memoryBytes));
        lines.add("  = weights, # KV cache, + buffers, . free");
        if (!fit.fits(memoryBytes)) {
            lines.add("  does not fit: " + ByteSize.gibibytes(fit.totalBytes() - memoryBytes) + " are missing");
            long tokens = fit.tokensIn(memoryBytes);
            lines.add(
                    tokens > 0
                            ? "  a context of " + tokens + " tokens would fit"
                            : "  the weights alone are too large: take a smaller quantisation or leave layers on the"
                                    + " CPU");
            return;
        }
        if (fit.kvBytesPerToken() == 0) {
            lines.add("  fits");
            return;
        }
        lines.add("  fits: " + counted(fit.conversationsIn(memoryBytes), "conversation") + " of " + fit.contextTokens()
                + " tokens at the same time, or " + fit.tokensIn(memoryBytes) + " tokens in all");
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private String bar(long memoryBytes) {
        var bar = new StringBuilder("[");
        append(bar, '=', fit.weightBytes(), memoryBytes);
        append(bar, '#', fit.kvBytes(), memoryBytes);
        append(bar, '+', fit.computeBytes() + MemoryFit.DEVICE_BYTES, memoryBytes);
        while (bar.length() <= BAR_COLUMNS) {
            bar.append('.');
        }
        return bar.append(']').toString();
    }

    /** Every part that is there shows at least once, and none leaves the bar. */
    private static void append(StringBuilder bar, char sign, long bytes, long memoryBytes) {
        long columns = bytes == 0 ? 0 : Math.max(1, Math.round((double) bytes / memoryBytes * BAR_COLUMNS));
        for (long i = 0; i < columns && bar.length() <= BAR_COLUMNS; i++) {
            bar.append(sign);
        }
    }

    private void addComparison(List<String> lines, OptionalLong memoryBytes) {
        if (fit.kvBytesPerToken() == 0) {
            lines.add("  This model keeps nothing per token: it has no KV cache.");
            return;
        }
        lines.add("  KV cache    per token    at " + fit.contextTokens() + " tokens"
                + (memoryBytes.isPresent() ? "    conversations    tokens in all" : ""));
        for (KvType type : COMPARED) {
            addCompared(lines, type, memoryBytes);
        }
    }

    private void addCompared(List<String> lines, KvType type, OptionalLong memoryBytes) {
        MemoryFit other;
        try {
            other = MemoryFit.of(file, fit.contextTokens(), type);
        } catch (IllegalArgumentException e) {
            lines.add(String.format(Locale.ROOT, "  %-8s  not possible: %s", type.label(), e.getMessage()));
            return;
        }
        int width = ("at " + fit.contextTokens() + " tokens").length();
        String text = String.format(
                Locale.ROOT,
                "  %-8s %12s    %" + width + "s",
                type.label(),
                ByteSize.kibibytes(other.kvBytesPerToken()),
                ByteSize.gibibytes(other.kvBytes()));
        if (memoryBytes.isPresent()) {
            text += String.format(
                    Locale.ROOT,
                    "    %13d    %13d",
                    other.conversationsIn(memoryBytes.getAsLong()),
                    other.tokensIn(memoryBytes.getAsLong()));
        }
        lines.add(text);
    }

    private void addNotes(List<String> lines) {
        if (fit.slidingWindow().isPresent()) {
            lines.add("  Some layers look back only " + fit.slidingWindow().getAsLong()
                    + " tokens; if the engine uses that, the cache is smaller.");
        }
        OptionalLong trained = file.contextLength();
        if (trained.isPresent() && trained.getAsLong() < fit.contextTokens()) {
            lines.add("  The context is longer than the " + trained.getAsLong() + " tokens the model was trained for.");
        }
    }
}
