package dev.llamero.inference.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters on HTML and addresses. */
final class MarkupFilters {
    private static final String URL_SAFE = "_.-~";
    private static final Map<String, String> ENTITIES = Map.of(
            "amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0", "copy", "\u00a9", "raquo",
            "\u00bb", "laquo", "\u00ab", "hellip", "\u2026");

    private MarkupFilters() {}

    static void addTo(Filters.Table table) {
        table.add("escape", "", (r, v, _) -> Markup.of(r, v));
        table.add("forceescape", "", (r, v, _) -> new Markup(Markup.escape(PythonText.str(r, v))));
        table.add("safe", "", (r, v, _) -> new Markup(PythonText.str(r, v)));
        table.add("striptags", "", (r, v, _) -> stripTags(PythonText.str(r, v)));
        table.add("urlencode", "", MarkupFilters::urlEncode);
        table.add("xmlattr", "autospace?", MarkupFilters::attributes);
        table.add("urlize", "trim_url_limit? nofollow? target? rel? extra_schemes?", (_, _, _) -> {
            throw TemplateException.type("the filter 'urlize' is not supported in chat templates");
        });
    }

    private static Object urlEncode(Render render, Object value, Object[] args) {
        if (Comparison.isText(value) || !Sequences.isIterable(value)) {
            return quote(render, value, "/");
        }
        StringBuilder out = new StringBuilder();
        Iterator<Object> pairs = value instanceof Map<?, ?> map
                ? new DictView(DictView.Kind.ITEMS, map).iterator()
                : Sequences.iterate(render, value);
        while (pairs.hasNext()) {
            Object[] pair = Sequences.unpack(render, pairs.next(), 2);
            out.append(out.isEmpty() ? "" : "&")
                    .append(quote(render, pair[0], "").replace("%20", "+"))
                    .append('=')
                    .append(quote(render, pair[1], "").replace("%20", "+"));
        }
        return out.toString();
    }

    private static String quote(Render render, Object value, String alsoSafe) {
        StringBuilder out = new StringBuilder();
        byte[] bytes = PythonText.str(render, value).getBytes(StandardCharsets.UTF_8);
        render.chargeText(3L * bytes.length);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            boolean plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (plain || URL_SAFE.indexOf(c) >= 0 || alsoSafe.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    private static Object attributes(Render render, Object value, Object[] args) {
        if (!(value instanceof Map<?, ?> map)) {
            throw TemplateException.attribute(value, "items");
        }
        StringBuilder out = new StringBuilder();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() == null || entry.getValue() instanceof Undefined) {
                continue;
            }
            String key = xmlName(entry.getKey());
            if (key.chars().anyMatch(c -> c == '/' || c == '>' || c == '=' || c == ' ' || c >= '\t' && c <= '\r')) {
                throw TemplateException.value("Invalid character in attribute name: " + PythonText.repr(key));
            }
            out.append(out.isEmpty() ? "" : " ")
                    .append(Markup.of(render, entry.getKey()).text())
                    .append("=\"")
                    .append(Markup.of(render, entry.getValue()).text())
                    .append('"');
        }
        boolean space = args[0] == Signature.ABSENT || Sequences.truth(args[0]);
        String text = (space && !out.isEmpty() ? " " : "") + out;
        return render.autoescape() ? new Markup(text) : text;
    }

    private static String xmlName(Object key) {
        if (!Comparison.isText(key)) {
            throw TemplateException.type(
                    "expected string or bytes-like object, got '" + PythonText.typeName(key) + "'");
        }
        return Comparison.text(key);
    }

    private static String stripTags(String text) {
        StringBuilder kept = new StringBuilder();
        int position = 0;
        for (int start = text.indexOf('<'); start >= 0; start = text.indexOf('<', position)) {
            boolean comment = text.startsWith("<!--", start);
            int end = comment ? text.indexOf("-->", start + 4) : text.indexOf('>', start);
            if (end < 0) {
                break;
            }
            kept.append(text, position, start);
            position = end + (comment ? 3 : 1);
        }
        kept.append(text, position, text.length());
        List<String> words = new ArrayList<>();
        StringSplitting.words(kept.toString(), Integer.MAX_VALUE).forEach(word -> words.add((String) word));
        String joined = String.join(" ", words);
        return unescape(joined);
    }

    private static String unescape(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            int end = text.charAt(i) == '&' ? text.indexOf(';', i) : -1;
            String replacement = end > 0 && end - i < 12 ? entity(text.substring(i + 1, end)) : null;
            if (replacement == null) {
                out.append(text.charAt(i++));
            } else {
                out.append(replacement);
                i = end + 1;
            }
        }
        return out.toString();
    }

    private static String entity(String name) {
        if (!name.startsWith("#")) {
            return ENTITIES.get(name);
        }
        boolean hex = name.startsWith("#x") || name.startsWith("#X");
        Object code = Numbers.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
        return code instanceof Long number && number > 0 && number <= Character.MAX_CODE_POINT
                ? Character.toString(number.intValue())
                : null;
    }
}
