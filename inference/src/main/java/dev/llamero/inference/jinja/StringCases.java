package dev.llamero.inference.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/** String methods about case, kinds of characters and padding. */
final class StringCases {
    private StringCases() {}

    static void addTo(StringMethods.Table table) {
        table.add("upper", "/", (_, s, _) -> s.toUpperCase(Locale.ROOT));
        table.add("lower", "/", (_, s, _) -> s.toLowerCase(Locale.ROOT));
        table.add("casefold", "/", (_, s, _) -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
        table.add("title", "/", (_, s, _) -> title(s));
        table.add("capitalize", "/", (_, s, _) -> capitalize(s));
        table.add("swapcase", "/", (_, s, _) -> swapCase(s));
        table.add("isdigit", "/", (_, s, _) -> all(s, StringCases::isDigit));
        table.add("isdecimal", "/", (_, s, _) -> all(s, Character::isDigit));
        table.add("isnumeric", "/", (_, s, _) -> all(s, StringCases::isNumeric));
        table.add("isalpha", "/", (_, s, _) -> all(s, Character::isLetter));
        table.add("isalnum", "/", (_, s, _) -> all(s, c -> Character.isLetter(c) || isNumeric(c)));
        table.add("isspace", "/", (_, s, _) -> all(s, PythonSpace::isSpace));
        table.add("isprintable", "/", (_, s, _) -> s.isEmpty() || all(s, PythonText::isPrintable));
        table.add("isascii", "/", (_, s, _) -> s.isEmpty() || all(s, c -> c < 128));
        table.add("isidentifier", "/", (_, s, _) -> isIdentifier(s));
        table.add("isupper", "/", (_, s, _) -> isUpper(s));
        table.add("islower", "/", (_, s, _) -> isLower(s));
        table.add("istitle", "/", (_, s, _) -> isTitle(s));
        table.add("center", "/width fillchar?", (r, s, a) -> pad(r, s, a, 'c'));
        table.add("ljust", "/width fillchar?", (r, s, a) -> pad(r, s, a, 'l'));
        table.add("rjust", "/width fillchar?", (r, s, a) -> pad(r, s, a, 'r'));
        table.add("zfill", "/width", (r, s, a) -> zeroFill(r, s, Numbers.index(a[0])));
        table.add(
                "expandtabs",
                "tabsize?",
                (r, s, a) -> expandTabs(r, s, a[0] == Signature.ABSENT ? 8 : Numbers.index(a[0])));
        for (String name : new String[] {"encode", "translate", "maketrans"}) {
            table.add(name, "one? two? three?", (_, _, _) -> {
                throw TemplateException.type("str." + name + "() is not supported in chat templates");
            });
        }
    }

    private static boolean all(String text, IntPredicate predicate) {
        return !text.isEmpty() && text.codePoints().allMatch(predicate);
    }

    private static boolean isDigit(int c) {
        return Character.isDigit(c)
                || c == 0xb2
                || c == 0xb3
                || c == 0xb9
                || c == 0x2070
                || c >= 0x2074 && c <= 0x2079
                || c >= 0x2080 && c <= 0x2089
                || c >= 0x2460 && c <= 0x2468;
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (text.codePointAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                && all(text, Character::isUnicodeIdentifierPart);
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean isTitle(String text) {
        boolean inWord = false;
        boolean seen = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean starts = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (starts && inWord || Character.isLowerCase(c) && !inWord) {
                return false;
            }
            inWord = isCased(c);
            seen |= inWord;
        }
        return seen;
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = Character.charCount(text.codePointAt(0));
        return titleCase(text.codePointAt(0)) + text.substring(end).toLowerCase(Locale.ROOT);
    }

    private static String titleCase(int c) {
        int title = Character.toTitleCase(c);
        if (title != c || Character.isTitleCase(c)) {
            return Character.toString(title);
        }
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        return upper.length() < 2 ? upper : upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            out.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord = isCased(c);
        }
        return out.toString();
    }

    private static String swapCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            out.append(
                    Character.isUpperCase(c)
                            ? one.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
        });
        return out.toString();
    }

    private static String pad(Render render, String self, Object[] args, char side) {
        String fill = args[1] == Signature.ABSENT ? " " : StringMethods.text(args[1], "must be str, not ");
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw TemplateException.type("The fill character must be exactly one character long");
        }
        return pad(render, self, Numbers.index(args[0]), fill, side);
    }

    /** Pads to a width in code points: {@code c} on both sides, {@code l} keeps left, {@code r} keeps right. */
    static String pad(Render render, String self, int width, String fill, char side) {
        int missing = width - self.codePointCount(0, self.length());
        if (missing <= 0) {
            return self;
        }
        render.chargeText((long) self.length() + missing);
        int left = switch (side) {
            case 'c' -> missing / 2 + (missing & width & 1);
            case 'l' -> 0;
            default -> missing;
        };
        return fill.repeat(left) + self + fill.repeat(missing - left);
    }

    private static String zeroFill(Render render, String self, int width) {
        int missing = width - self.codePointCount(0, self.length());
        if (missing <= 0) {
            return self;
        }
        render.chargeText((long) self.length() + missing);
        boolean signed = self.startsWith("+") || self.startsWith("-");
        String sign = signed ? self.substring(0, 1) : "";
        return sign + "0".repeat(missing) + self.substring(sign.length());
    }

    private static String expandTabs(Render render, String self, int tabSize) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < self.length(); i++) {
            char c = self.charAt(i);
            if (c == '\t') {
                int spaces = tabSize > 0 ? tabSize - column % tabSize : 0;
                render.chargeText((long) out.length() + spaces);
                out.append(" ".repeat(spaces));
                column += spaces;
            } else {
                out.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        return out.toString();
    }
}
