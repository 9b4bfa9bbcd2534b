package dev.llamero.inference.gotemplate;

import java.util.List;

/** Reads a format string with its verbs and prints arguments into it, as Go's Sprintf does. Used by one thread. */
final class FormatString {
    private static final int NUMBER_MAX = 1_000_000;

    private final String text;
    private final List<GoValue> arguments;
    private final Printer printer = new Printer();
    private final Formatter format = printer.format;
    private int at;
    private int argument;
    private boolean afterIndex;
    private boolean reordered;
    private boolean goodArgument;

    private FormatString(String text, List<GoValue> arguments) {
        this.text = text;
        this.arguments = arguments;
    }

    /** @param arguments each may be in an interface */
    static String print(String text, List<GoValue> arguments) {
        var formatted =
                new FormatString(text, arguments.stream().map(GoValue::unboxed).toList());
        formatted.run();
        return formatted.printer.text();
    }

    private void run() {
        while (at < text.length()) {
            goodArgument = true;
            int percent = text.indexOf('%', at);
            int end = percent < 0 ? text.length() : percent;
            format.out.append(text, at, end);
            at = end + 1;
            Budget.checkLength(format.out.length());
            if (percent >= 0 && !verb()) {
                break;
            }
        }
        if (!reordered && argument < arguments.size()) {
            extra();
        }
    }

    /** False if the format ends before its verb. */
    private boolean verb() {
        format.clear();
        flags();
        // A verb that follows its flags at once takes an argument even after a bad index.
        boolean simple = at < text.length() && text.charAt(at) >= 'a' && text.charAt(at) <= 'z';
        if (simple && argument < arguments.size()) {
            show(text.charAt(at++));
            return true;
        }
        index();
        width();
        precision();
        if (!afterIndex) {
            index();
        }
        if (at >= text.length()) {
            format.out.append("%!(NOVERB)");
            return false;
        }
        int rune = GoString.rune(text, at);
        at += GoString.width(text, at);
        if (rune == '%') {
            format.out.append('%');
        } else if (!goodArgument) {
            bad(rune, "(BADINDEX)");
        } else if (argument >= arguments.size()) {
            bad(rune, "(MISSING)");
        } else {
            show(rune);
        }
        return true;
    }

    private void bad(int verb, String what) {
        format.out.append("%!");
        GoString.appendRune(format.out, verb);
        format.out.append(what);
    }

    private void show(int verb) {
        if (verb == 'v' || verb == 'w') {
            format.sharpV = format.sharp;
            format.sharp = false;
            format.plusV = format.plus;
            format.plus = false;
        }
        // No verb is beyond the first plane, so a character there is a bad verb whichever it is.
        printer.argument(arguments.get(argument++), (char) Math.min(verb, Character.MAX_VALUE));
    }

    private void flags() {
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '#' -> format.sharp = true;
                case '0' -> format.zero = true;
                case '+' -> format.plus = true;
                case '-' -> format.minus = true;
                case ' ' -> format.space = true;
                default -> {
                    return;
                }
            }
            at++;
        }
    }

    private void width() {
        if (at < text.length() && text.charAt(at) == '*') {
            at++;
            int[] number = fromArgument();
            format.widthIsSet = number != null;
            format.width = number == null ? 0 : number[0];
            if (number == null) {
                format.out.append("%!(BADWIDTH)");
            }
            if (format.width < 0) {
                format.width = -format.width;
                format.minus = true;
                format.zero = false;
            }
            afterIndex = false;
            return;
        }
        int[] number = number();
        format.widthIsSet = number != null;
        format.width = number == null ? 0 : number[0];
        if (afterIndex && number != null) {
            goodArgument = false;
        }
    }

    private void precision() {
        if (at + 1 >= text.length() || text.charAt(at) != '.') {
            return;
        }
        at++;
        if (afterIndex) {
            goodArgument = false;
        }
        index();
        if (at < text.length() && text.charAt(at) == '*') {
            at++;
            int[] number = fromArgument();
            format.precisionIsSet = number != null && number[0] >= 0;
            format.precision = format.precisionIsSet ? number[0] : 0;
            if (!format.precisionIsSet) {
                format.out.append("%!(BADPREC)");
            }
            afterIndex = false;
            return;
        }
        int[] number = number();
        format.precision = number == null ? 0 : number[0];
        format.precisionIsSet = true;
    }

    /** The number here; null if there is none, or one that is too large, which ends the format. */
    private int[] number() {
        int value = 0;
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            if (value > NUMBER_MAX) {
                at = text.length();
                return null;
            }
            value = value * 10 + text.charAt(at++) - '0';
        }
        return at > start ? new int[] {value} : null;
    }

    private int[] fromArgument() {
        if (argument >= arguments.size()) {
            return null;
        }
        GoValue value = arguments.get(argument++);
        boolean integer = value.isKind(GoType.Kind.INT) || value.isKind(GoType.Kind.UINT8);
        boolean fits = integer && Math.abs((double) value.integer()) <= NUMBER_MAX;
        return fits ? new int[] {(int) value.integer()} : null;
    }

    /** Reads "[3]", which names the next argument. */
    private void index() {
        afterIndex = false;
        if (at >= text.length() || text.charAt(at) != '[') {
            return;
        }
        reordered = true;
        int close = text.indexOf(']', at + 1);
        if (text.length() - at < 3 || close < 0) {
            goodArgument = false;
            at++;
            return;
        }
        at++;
        int[] number = number();
        afterIndex = number != null && at == close;
        at = close + 1;
        if (afterIndex && number[0] >= 1 && number[0] <= arguments.size()) {
            argument = number[0] - 1;
        } else {
            goodArgument = false;
        }
    }

    private void extra() {
        format.clear();
        format.out.append("%!(EXTRA ");
        for (int i = argument; i < arguments.size(); i++) {
            GoValue value = arguments.get(i);
            if (i > argument) {
                format.out.append(", ");
            }
            if (value.isValid()) {
                format.out.append(value.typeName()).append('=');
                printer.argument(value, 'v');
            } else {
                format.out.append("<nil>");
            }
        }
        format.out.append(')');
    }
}
