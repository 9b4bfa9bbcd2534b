package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code json.dumps} of Python, which is what {@code tojson} is in chat templates. */
final class Json {
    private final Render render;
    private final boolean ascii;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final StringBuilder out = new StringBuilder();

    private Json(Render render, boolean ascii, Object indent, Object separators, boolean sortKeys) {
        this.render = render;
        this.ascii = ascii;
        this.indent = indentText(render, indent);
        this.sortKeys = sortKeys;
        if (separators == null) {
            itemSeparator = this.indent == null ? ", " : ",";
            keySeparator = ": ";
        } else {
            Object[] pair = Sequences.unpack(render, separators, 2);
            itemSeparator = StringMethods.text(pair[0], "separators must be strings, not ");
            keySeparator = StringMethods.text(pair[1], "separators must be strings, not ");
        }
    }

    private static String indentText(Render render, Object indent) {
        if (indent == null || Comparison.isText(indent)) {
            return indent == null ? null : Comparison.text(indent);
        }
        int width = Math.max(0, Numbers.index(indent));
        render.chargeText(width);
        return " ".repeat(width);
    }

    /** Arguments as {@code tojson} takes them: {@code ensure_ascii, indent, separators, sort_keys}. */
    static String dumps(Render render, Object value, Object[] options) {
        Json json = new Json(
                render,
                options[0] != Signature.ABSENT && Sequences.truth(options[0]),
                options[1] == Signature.ABSENT ? null : options[1],
                options[2] == Signature.ABSENT ? null : options[2],
                options[3] != Signature.ABSENT && Sequences.truth(options[3]));
        json.write(value, 0);
        render.chargeText(json.out.length());
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        render.charge(1);
        if (out.length() > render.limits().textCharsMax()) {
            render.chargeText(out.length());
        }
        switch (value) {
            case null -> out.append("null");
            case String text -> quote(text);
            case Markup markup -> quote(markup.text());
            case Boolean flag -> out.append(flag.booleanValue());
            case Long number -> out.append(number.longValue());
            case BigInteger number -> out.append(Numbers.decimal(number));
            case Double number -> out.append(real(number));
            case Range _ -> throw notSerializable(value);
            case List<?> list -> list(list, depth);
            case Map<?, ?> map -> map(map, depth);
            default -> throw notSerializable(value);
        }
    }

    private static TemplateException notSerializable(Object value) {
        return TemplateException.type("Object of type " + PythonText.typeName(value) + " is not JSON serializable");
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "Infinity" : "-Infinity";
        }
        return Numbers.floatRepr(number);
    }

    private void newline(int depth) {
        if (indent != null) {
            render.charge(depth);
            out.append('\n').repeat(indent, depth);
        }
    }

    private void list(List<?> list, int depth) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        boolean first = true;
        for (Object item : list) {
            out.append(first ? "" : itemSeparator);
            first = false;
            newline(depth + 1);
            write(item, depth + 1);
        }
        newline(depth);
        out.append(']');
    }

    private void map(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : (sortKeys ? sorted(map) : map).entrySet()) {
            out.append(first ? "" : itemSeparator);
            first = false;
            newline(depth + 1);
            quote(key(entry.getKey()));
            out.append(keySeparator);
            write(entry.getValue(), depth + 1);
        }
        newline(depth);
        out.append('}');
    }

    private Map<Object, Object> sorted(Map<?, ?> map) {
        List<Object> keys = new ArrayList<>(map.keySet());
        Map<Object, Object> sorted = new LinkedHashMap<>();
        for (Iterator<Object> i = Comparison.sorted(render, keys, keys, false).iterator(); i.hasNext(); ) {
            Object key = i.next();
            sorted.put(key, map.get(key));
        }
        return sorted;
    }

    private static String key(Object key) {
        return switch (key) {
            case null -> "null";
            case String text -> text;
            case Markup markup -> markup.text();
            case Boolean flag -> flag.toString();
            case Long number -> number.toString();
            case BigInteger number -> Numbers.decimal(number);
            case Double number -> real(number);
            default ->
                throw TemplateException.type(
                        "keys must be str, int, float, bool or None, not " + PythonText.typeName(key));
        };
    }

    private void quote(String text) {
        out.append('"');
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\' && (c < 127 || !ascii)) {
                continue;
            }
            if (c == 127) {
                continue;
            }
            out.append(text, plain, i);
            plain = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        out.append(text, plain, text.length()).append('"');
    }
}
