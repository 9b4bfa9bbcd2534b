package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters on text. */
final class TextFilters {
    /** How far a text may be longer than wanted before {@code truncate} cuts it; Jinja's own policy. */
    private static final int TRUNCATE_LEEWAY = 5;

    private TextFilters() {}

    static void addTo(Filters.Table table) {
        table.add("upper", "", (r, v, _) -> mapped(r, v, s -> s.toUpperCase(Locale.ROOT)));
        table.add("lower", "", (r, v, _) -> mapped(r, v, s -> s.toLowerCase(Locale.ROOT)));
        table.add("capitalize", "", (r, v, _) -> mapped(r, v, StringCases::capitalize));
        table.add("title", "", (r, v, _) -> title(PythonText.str(r, v)));
        table.add("trim", "chars?", (r, v, a) -> mapped(r, v, s -> StringSplitting.strip(s, a[0], true, true)));
        table.add("string", "", (r, v, _) -> v instanceof Markup ? v : PythonText.str(r, v));
        table.add(
                "center",
                "width?",
                (r, v, a) -> mapped(r, v, s -> StringCases.pad(r, s, Numbers.index(Filters.or(a[0], 80L)), " ", 'c')));
        table.add("replace", "old new count?", TextFilters::replace);
        table.add("indent", "width? first? blank?", TextFilters::indent);
        table.add("truncate", "length? killwords? end? leeway?", TextFilters::truncate);
        table.add("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", TextFilters::wordWrap);
        table.add("wordcount", "", (r, v, _) -> wordCount(PythonText.str(r, v)));
        table.add("pprint", "", (r, v, _) -> PythonText.repr(r, sortedDicts(r, v)));
        table.add("tojson", "ensure_ascii? indent? separators? sort_keys?", Json::dumps);
    }

    private static Object mapped(Render render, Object value, UnaryOperator<String> operator) {
        String made = operator.apply(PythonText.str(render, value));
        render.chargeText(made.length());
        return value instanceof Markup ? new Markup(made) : made;
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean starts = true;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            String c = Character.toString(text.codePointAt(i));
            boolean separator = "-({[<".contains(c) || PythonSpace.isSpace(c.codePointAt(0));
            out.append(starts && !separator ? c.toUpperCase(Locale.ROOT) : c.toLowerCase(Locale.ROOT));
            starts = separator;
        }
        return out.toString();
    }

    private static Object replace(Render render, Object value, Object[] args) {
        int count = args[2] == Signature.ABSENT || args[2] == null ? -1 : Numbers.index(args[2]);
        String old = PythonText.str(render, args[0]);
        String replacement = PythonText.str(render, args[1]);
        if (!render.autoescape()) {
            return StringMethods.replace(render, PythonText.str(render, value), old, replacement, count);
        }
        boolean markup = args[0] instanceof Markup || args[1] instanceof Markup || value instanceof Markup;
        String self = markup ? Markup.of(render, value).text() : PythonText.str(render, value);
        String safe = markup ? Markup.of(render, args[1]).text() : replacement;
        String made = StringMethods.replace(render, self, old, safe, count);
        return markup ? new Markup(made) : made;
    }

    private static Object indent(Render render, Object value, Object[] args) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof List<?> && !(value instanceof Tuple) && !(value instanceof Range)) {
            throw TemplateException.attribute(value, "splitlines");
        }
        if (!Comparison.isText(value)) {
            throw TemplateException.type(
                    "unsupported operand type(s) for +=: '" + PythonText.typeName(value) + "' and 'str'");
        }
        Object width = Filters.or(args[0], 4L);
        int spaces = Comparison.isText(width) ? 0 : Math.max(0, Numbers.index(width));
        render.chargeText(spaces);
        String indention = Comparison.isText(width) ? Comparison.text(width) : " ".repeat(spaces);
        boolean blank = Filters.flag(args[2]);
        List<Object> lines = StringSplitting.lines(Comparison.text(value) + "\n", false);
        StringBuilder out = new StringBuilder(Filters.flag(args[1]) ? indention : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            render.chargeText((long) out.length() + indention.length() + line.length());
            out.append(i == 0 ? "" : "\n")
                    .append(i > 0 && (blank || !line.isEmpty()) ? indention : "")
                    .append(line);
        }
        return value instanceof Markup ? new Markup(out.toString()) : out.toString();
    }

    private static Object truncate(Render render, Object value, Object[] args) {
        int length = Numbers.index(Filters.or(args[0], 255L));
        String end = PythonText.str(render, Filters.or(args[2], "..."));
        Object leewayGiven = Filters.or(args[3], null);
        int leeway = leewayGiven == null ? TRUNCATE_LEEWAY : Numbers.index(leewayGiven);
        int endLength = end.codePointCount(0, end.length());
        if (length < endLength) {
            throw new TemplateException("AssertionError", "expected length >= " + endLength + ", got " + length);
        }
        if (leeway < 0) {
            throw new TemplateException("AssertionError", "expected leeway >= 0, got " + leeway);
        }
        if (Sequences.length(value) <= (long) length + leeway) {
            return value;
        }
        String text = StringMethods.text(value, "truncate needs a string, not ");
        String kept = Sequences.part(text, 0, length - endLength);
        int space = kept.lastIndexOf(' ');
        return (Filters.flag(args[1]) || space < 0 ? kept : kept.substring(0, space)) + end;
    }

    private static Object wordWrap(Render render, Object value, Object[] args) {
        if (!Comparison.isText(value)) {
            throw TemplateException.attribute(value, "splitlines");
        }
        int width = Numbers.index(Filters.or(args[0], 79L));
        boolean breakWords = args[1] == Signature.ABSENT || Sequences.truth(args[1]);
        boolean breakHyphens = args[3] == Signature.ABSENT || Sequences.truth(args[3]);
        Object wrapGiven = Filters.or(args[2], null);
        String wrap = wrapGiven == null ? "\n" : PythonText.str(render, wrapGiven);
        List<String> wrapped = new ArrayList<>();
        for (Object line : StringSplitting.lines(Comparison.text(value), false)) {
            wrapped.add(String.join(wrap, TextWrap.wrap((String) line, width, breakWords, breakHyphens)));
        }
        String text = String.join(wrap, wrapped);
        render.chargeText(text.length());
        return text;
    }

    private static Object wordCount(String text) {
        long count = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            boolean part = TextWrap.isWord(text.codePointAt(i));
            count += part && !inWord ? 1 : 0;
            inWord = part;
        }
        return count;
    }

    static Object format(Render render, Object value, Args args) {
        if (args.positional().length > 0 && !args.named().isEmpty()) {
            throw TemplateException.argument("can't handle positional and keyword arguments at the same time");
        }
        Object values = args.named().isEmpty() ? Tuple.of(args.positional()) : args.named();
        if (value instanceof Markup markup) {
            return new Markup(PercentFormat.format(render, markup.text(), PercentFormat.escaped(render, values)));
        }
        return PercentFormat.format(render, PythonText.str(render, value), values);
    }

    /** The value with every dict's keys in order, as {@code pprint} shows them. */
    private static Object sortedDicts(Render render, Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                List<Object> keys = new ArrayList<>(map.keySet());
                boolean text = keys.stream().allMatch(Comparison::isText);
                Map<Object, Object> sorted = new LinkedHashMap<>();
                for (Object key : text ? Comparison.sorted(render, keys, keys, false) : keys) {
                    sorted.put(key, sortedDicts(render, map.get(key)));
                }
                yield sorted;
            }
            case Range range -> range;
            case Tuple tuple ->
                Tuple.of(tuple.stream().map(item -> sortedDicts(render, item)).toArray());
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(sortedDicts(render, item)));
                yield items;
            }
            case null, default -> value;
        };
    }
}
