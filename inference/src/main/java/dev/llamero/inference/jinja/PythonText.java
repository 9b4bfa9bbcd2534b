package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as Python prints them: {@code str}, {@code repr} and the names of types. */
final class PythonText {
    private PythonText() {}

    /** What {@code str(value)} gives. */
    static String str(Render render, Object value) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            case Long number -> number.toString();
            case Undefined _ -> "";
            case null -> "None";
            default -> repr(render, value);
        };
    }

    static String repr(Render render, Object value) {
        StringBuilder out = new StringBuilder();
        repr(render, value, out);
        if (render != null) {
            render.chargeText(out.length());
        }
        return out.toString();
    }

    /** For strings and numbers in messages. */
    static String repr(Object value) {
        return repr(null, value);
    }

    private static void repr(Render render, Object value, StringBuilder out) {
        if (render != null) {
            render.charge(1);
            if (out.length() > render.limits().textCharsMax()) {
                render.chargeText(out.length());
            }
        }
        switch (value) {
            case null -> out.append("None");
            case String text -> quote(text, out);
            case Markup markup -> {
                out.append("Markup(");
                quote(markup.text(), out);
                out.append(')');
            }
            case Boolean flag -> out.append(flag ? "True" : "False");
            case Long number -> out.append(number.longValue());
            case Double number -> out.append(Numbers.floatRepr(number));
            case BigInteger number -> out.append(Numbers.decimal(number));
            case Range range -> range(range, out);
            case Tuple tuple -> {
                items(render, tuple.iterator(), '(', tuple.size() == 1 ? ",)" : ")", out);
            }
            case List<?> list -> items(render, list.iterator(), '[', "]", out);
            case Map<?, ?> map -> map(render, map, out);
            case DictView view -> {
                out.append(view.typeName()).append('(');
                items(render, view.iterator(), '[', "]", out);
                out.append(')');
            }
            case Undefined _ -> out.append("Undefined");
            case Namespace namespace -> {
                out.append("<Namespace ");
                map(render, namespace.attributes(), out);
                out.append('>');
            }
            case Callable callable -> out.append(callable.repr());
            case Lazy lazy -> out.append('<').append(lazy.typeName()).append(" object>");
            default -> out.append('<').append(typeName(value)).append(" object>");
        }
    }

    private static void range(Range range, StringBuilder out) {
        out.append("range(").append(range.start()).append(", ").append(range.stop());
        if (range.step() != 1) {
            out.append(", ").append(range.step());
        }
        out.append(')');
    }

    private static void items(Render render, Iterator<?> items, char open, String close, StringBuilder out) {
        out.append(open);
        boolean first = true;
        while (items.hasNext()) {
            out.append(first ? "" : ", ");
            first = false;
            repr(render, items.next(), out);
        }
        out.append(close);
    }

    private static void map(Render render, Map<?, ?> map, StringBuilder out) {
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(first ? "" : ", ");
            first = false;
            repr(render, entry.getKey(), out);
            out.append(": ");
            repr(render, entry.getValue(), out);
        }
        out.append('}');
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        String format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                        out.append(String.format(Locale.ROOT, format, c));
                    }
                }
            }
        }
        out.append(quote);
    }

    static boolean isPrintable(int c) {
        if (c < 127) {
            return c >= ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** The name of the value's Python type. */
    static String typeName(Object value) {
        return switch (value) {
            case null -> "NoneType";
            case String _ -> "str";
            case Markup _ -> "Markup";
            case Boolean _ -> "bool";
            case Long _, BigInteger _ -> "int";
            case Double _ -> "float";
            case Tuple tuple -> tuple.isGroup() ? "_GroupTuple" : "tuple";
            case Range _ -> "range";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "dict";
            case DictView view -> view.typeName();
            case Lazy lazy -> lazy.typeName();
            case Undefined _ -> "Undefined";
            case Callable callable -> callable.typeName();
            default -> value.getClass().getSimpleName();
        };
    }

    /** The type's name with its module where that is not Python's own, as messages about missing attributes have it. */
    static String qualifiedTypeName(Object value) {
        String module = switch (value) {
            case Markup _ -> "markupsafe.";
            case LoopContext _, Macro _ -> "jinja2.runtime.";
            case Namespace _, Cycler _, Joiner _ -> "jinja2.utils.";
            case Tuple tuple -> tuple.isGroup() ? "jinja2.filters." : "";
            case null, default -> "";
        };
        return module + typeName(value);
    }
}
