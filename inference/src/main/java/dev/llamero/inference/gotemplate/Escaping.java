package dev.llamero.inference.gotemplate;

/** The functions html, js and urlquery, over bytes. */
final class Escaping {
    private Escaping() {}

    static String html(String bytes) {
        var out = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            switch (c) {
                case 0 -> GoString.appendRune(out, GoString.RUNE_ERROR);
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    static String js(String bytes) {
        var out = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i += GoString.width(bytes, i)) {
            char c = bytes.charAt(i);
            if (c >= 0x80) {
                int rune = GoString.rune(bytes, i);
                if (GoString.isPrint(rune)) {
                    out.append(bytes, i, i + GoString.width(bytes, i));
                } else {
                    out.append("\\u").append(String.format(java.util.Locale.ROOT, "%04X", rune));
                }
            } else if (c == '\\' || c == '\'' || c == '"') {
                out.append('\\').append(c);
            } else if (c < ' ' || "<>&=".indexOf(c) >= 0) {
                out.append("\\u00").append(Formatter.UPPER.charAt(c >> 4)).append(Formatter.UPPER.charAt(c & 0xF));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    static String query(String bytes) {
        var out = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (letter || "-_.~".indexOf(c) >= 0) {
                out.append(c);
            } else if (c == ' ') {
                out.append('+');
            } else {
                out.append('%').append(Formatter.UPPER.charAt(c >> 4)).append(Formatter.UPPER.charAt(c & 0xF));
            }
        }
        return out.toString();
    }
}
