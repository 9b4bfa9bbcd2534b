package dev.llamero.inference.jinja;

import java.util.Map;

/** Python's {@code '{}'.format(...)}, with attribute lookup through the sandbox. */
final class StringFormat {
    private final Render render;
    private final Args args;
    private int automatic;
    private boolean numbered;

    private StringFormat(Render render, Args args) {
        this.render = render;
        this.args = args;
    }

    static String format(Render render, String format, Args args) {
        return new StringFormat(render, args).expand(format, 2);
    }

    private String expand(String format, int depth) {
        if (depth < 0) {
            throw TemplateException.value("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i);
            if ((c == '{' || c == '}') && i + 1 < format.length() && format.charAt(i + 1) == c) {
                out.append(c);
                i += 2;
            } else if (c == '{') {
                int end = fieldEnd(format, i + 1);
                out.append(field(format.substring(i + 1, end), depth));
                i = end + 1;
            } else if (c == '}') {
                throw TemplateException.value("Single '}' encountered in format string");
            } else {
                out.append(c);
                i++;
            }
            render.chargeText(out.length() > render.limits().textCharsMax() ? out.length() : 0);
        }
        return out.toString();
    }

    private static int fieldEnd(String format, int from) {
        int depth = 1;
        for (int i = from; i < format.length(); i++) {
            char c = format.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw TemplateException.value(
                from == format.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String text, int depth) {
        int end = 0;
        boolean bracket = false;
        while (end < text.length() && (bracket || text.charAt(end) != '!' && text.charAt(end) != ':')) {
            bracket = text.charAt(end) == '[' || bracket && text.charAt(end) != ']';
            end++;
        }
        Object value = lookup(text.substring(0, end));
        String spec = "";
        if (end < text.length() && text.charAt(end) == '!') {
            char conversion = end + 1 < text.length() ? text.charAt(end + 1) : ' ';
            if (end + 2 < text.length() && text.charAt(end + 2) != ':') {
                throw TemplateException.value("expected ':' after conversion specifier");
            }
            value = switch (conversion) {
                case 's' -> PythonText.str(render, value);
                case 'r', 'a' -> PythonText.repr(render, value);
                default -> throw TemplateException.value("Unknown conversion specifier " + conversion);
            };
            end += 2;
        }
        if (end < text.length()) {
            spec = expand(text.substring(end + 1), depth - 1);
        }
        return FormatSpec.format(render, value, spec);
    }

    private Object lookup(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Object value = argument(path.substring(0, end));
        while (end < path.length()) {
            if (path.charAt(end) == '.') {
                int start = end + 1;
                end = start;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                value = Attributes.get(value, path.substring(start, end));
            } else {
                int close = path.indexOf(']', end);
                if (close < 0) {
                    throw TemplateException.value("Missing ']' in format string");
                }
                String key = path.substring(end + 1, close);
                Object index = isNumber(key) ? Numbers.parseInt(key, 10) : key;
                value = Attributes.item(value, index);
                end = close + 1;
            }
        }
        return value;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private Object argument(String name) {
        if (!name.isEmpty() && !isNumber(name)) {
            Map<String, Object> named = args.named();
            if (!named.containsKey(name)) {
                throw new TemplateException("KeyError", PythonText.repr(name));
            }
            return named.get(name);
        }
        if (name.isEmpty() && numbered) {
            throw TemplateException.value("cannot switch from manual field specification to automatic field numbering");
        }
        if (!name.isEmpty() && automatic > 0) {
            throw TemplateException.value("cannot switch from manual field specification to automatic field numbering");
        }
        numbered = !name.isEmpty();
        int index = numbered ? Numbers.index(Numbers.parseInt(name, 10)) : automatic++;
        if (index >= args.positional().length) {
            throw new TemplateException("IndexError", "tuple index out of range");
        }
        return args.positional()[index];
    }
}
