package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Kind;
import java.util.List;
import java.util.Map;

/** Prints values as Go's fmt package does. One per text; used by one thread. */
final class Printer {
    private static final String NIL = "<nil>";
    /** Go prints where a thing lies in memory, which no one can rely on. */
    private static final long ADDRESS = 0xc000000000L;

    final Formatter format = new Formatter();
    private boolean erroring;
    private GoValue current = GoValue.NONE;

    /** Such as U+0041 'A'. */
    static String unicode(int rune) {
        var printer = new Printer();
        printer.format.sharp = true;
        printer.format.unicode(rune);
        return printer.text();
    }

    /** Values one after another, with spaces between those that are no strings. */
    static String print(List<GoValue> values) {
        var printer = new Printer();
        boolean afterString = true;
        for (GoValue value : values) {
            boolean string = value.unboxed().isKind(Kind.STRING);
            if (!string && !afterString) {
                printer.format.out.append(' ');
            }
            printer.argument(value.unboxed(), 'v');
            afterString = string;
        }
        return printer.text();
    }

    static String print(GoValue value) {
        return print(List.of(value));
    }

    /** Values with spaces between them and a newline at the end. */
    static String println(List<GoValue> values) {
        var printer = new Printer();
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                printer.format.out.append(' ');
            }
            printer.argument(values.get(i).unboxed(), 'v');
        }
        return printer.text() + "\n";
    }

    /** A value as a reflected one, which is shown as it is inside. */
    static String reflected(GoValue value, char verb) {
        var printer = new Printer();
        if (!value.isValid()) {
            return "<invalid reflect.Value>";
        }
        if (!printer.method(value.unboxed(), verb)) {
            printer.value(value, verb, 0);
        }
        return printer.text();
    }

    String text() {
        return format.out.toString();
    }

    /** @param argument without the interface around it; no value for nil */
    void argument(GoValue argument, char verb) {
        current = argument;
        if (!argument.isValid()) {
            if (verb == 'T' || verb == 'v') {
                format.pad(NIL);
            } else {
                badVerb(verb);
            }
        } else if (verb == 'T') {
            format.string(argument.typeName());
        } else if (verb == 'p') {
            address(argument, 'p');
        } else if (!method(argument, verb)) {
            value(argument, verb, 0);
        }
    }

    private void badVerb(int verb) {
        erroring = true;
        GoValue value = current;
        format.out.append("%!");
        GoString.appendRune(format.out, verb);
        format.out.append('(');
        if (value.isValid()) {
            format.out.append(value.typeName()).append('=');
            value(value, 'v', 0);
        } else {
            format.out.append(NIL);
        }
        format.out.append(')');
        erroring = false;
    }

    private boolean method(GoValue value, char verb) {
        if (erroring || !value.isValid()) {
            return false;
        }
        if (verb == 'w') {
            current = value;
            badVerb(verb);
            return true;
        }
        boolean prints = "vsxXq".indexOf(verb) >= 0;
        if (format.sharpV || !prints || value.type().stringer() == null) {
            return false;
        }
        string(value.type().stringer().apply(value), verb);
        return true;
    }

    private void value(GoValue value, char verb, int depth) {
        if (depth > 0 && method(value.unboxed(), verb)) {
            return;
        }
        current = value;
        Budget.checkLength(format.out.length());
        if (!value.isValid()) {
            nothing(verb);
            return;
        }
        switch (value.kind()) {
            case BOOL -> bool(value.bool(), verb);
            case INT -> integer(value.integer(), true, verb);
            case UINT8 -> integer(value.integer(), false, verb);
            case FLOAT64 -> real(value.real(), verb);
            case STRING -> string(value.bytes(), verb);
            case MAP -> map(value, verb, depth);
            case STRUCT -> struct(value, verb, depth);
            case INTERFACE -> boxed(value, verb, depth);
            case SLICE -> slice(value, verb, depth);
            case POINTER -> pointer(value, verb, depth);
            case FUNC -> address(value, verb);
        }
    }

    private void nothing(char verb) {
        if (verb == 'v') {
            format.out.append(NIL);
        } else {
            badVerb(verb);
        }
    }

    private void bool(boolean value, char verb) {
        if (verb == 't' || verb == 'v') {
            format.bool(value);
        } else {
            badVerb(verb);
        }
    }

    private void integer(long value, boolean signed, char verb) {
        switch (verb) {
            case 'v' -> {
                if (format.sharpV && !signed) {
                    hexInteger(value, true);
                } else {
                    format.integer(value, 10, signed, verb, Formatter.LOWER);
                }
            }
            case 'd' -> format.integer(value, 10, signed, verb, Formatter.LOWER);
            case 'b' -> format.integer(value, 2, signed, verb, Formatter.LOWER);
            case 'o', 'O' -> format.integer(value, 8, signed, verb, Formatter.LOWER);
            case 'x' -> format.integer(value, 16, signed, verb, Formatter.LOWER);
            case 'X' -> format.integer(value, 16, signed, verb, Formatter.UPPER);
            case 'c' -> format.character(value);
            case 'q' -> format.quotedCharacter(value);
            case 'U' -> format.unicode(value);
            default -> badVerb(verb);
        }
    }

    private void hexInteger(long value, boolean prefix) {
        boolean old = format.sharp;
        format.sharp = prefix;
        format.integer(value, 16, false, 'v', Formatter.LOWER);
        format.sharp = old;
    }

    private void real(double value, char verb) {
        switch (verb) {
            case 'v' -> format.real(value, 'g', -1);
            case 'b', 'g', 'G', 'x', 'X' -> format.real(value, verb, -1);
            case 'f', 'e', 'E' -> format.real(value, verb, 6);
            case 'F' -> format.real(value, 'f', 6);
            default -> badVerb(verb);
        }
    }

    private void string(String bytes, char verb) {
        switch (verb) {
            case 'v' -> {
                if (format.sharpV) {
                    format.quoted(bytes);
                } else {
                    format.string(bytes);
                }
            }
            case 's' -> format.string(bytes);
            case 'x' -> format.hex(bytes, Formatter.LOWER);
            case 'X' -> format.hex(bytes, Formatter.UPPER);
            case 'q' -> format.quoted(bytes);
            default -> badVerb(verb);
        }
    }

    private void map(GoValue value, char verb, int depth) {
        if (!opens(value, "map[")) {
            return;
        }
        boolean first = true;
        for (Map.Entry<String, GoValue> entry : value.map().entrySet()) {
            separate(first);
            first = false;
            value(GoValue.ofBytes(entry.getKey()), verb, depth + 1);
            format.out.append(':');
            value(entry.getValue(), verb, depth + 1);
        }
        format.out.append(format.sharpV ? '}' : ']');
    }

    /** Writes the begin of a composite; false if it is nil and that is all. */
    private boolean opens(GoValue value, String plain) {
        if (!format.sharpV) {
            format.out.append(plain);
            return true;
        }
        format.out.append(value.typeName());
        if (value.isNil()) {
            format.out.append("(nil)");
            return false;
        }
        format.out.append('{');
        return true;
    }

    private void separate(boolean first) {
        if (!first) {
            format.out.append(format.sharpV ? ", " : " ");
        }
    }

    private void struct(GoValue value, char verb, int depth) {
        opens(value, "{");
        List<GoType.Field> fields = value.type().fields();
        for (int i = 0; i < fields.size(); i++) {
            separate(i == 0);
            if (format.plusV || format.sharpV) {
                format.out.append(fields.get(i).name()).append(':');
            }
            GoValue field = value.field(i);
            value(field.isNil() ? field : field.unboxed(), verb, depth + 1);
        }
        format.out.append('}');
    }

    private void boxed(GoValue value, char verb, int depth) {
        if (!value.isNil()) {
            value(value.inner(), verb, depth + 1);
        } else if (format.sharpV) {
            format.out.append(value.typeName()).append("(nil)");
        } else {
            format.out.append(NIL);
        }
    }

    private void slice(GoValue value, char verb, int depth) {
        if (value.type().element() == GoType.UINT8 && "sqxX".indexOf(verb) >= 0) {
            var bytes = new StringBuilder();
            value.slice().items().forEach(item -> bytes.append((char) item.integer()));
            string(bytes.toString(), verb);
            return;
        }
        if (!opens(value, "[")) {
            return;
        }
        List<GoValue> items = value.slice().items();
        for (int i = 0; i < items.size(); i++) {
            separate(i == 0);
            value(items.get(i), verb, depth + 1);
        }
        format.out.append(format.sharpV ? '}' : ']');
    }

    private void pointer(GoValue value, char verb, int depth) {
        boolean shown = value.inner().isKind(Kind.SLICE)
                || value.inner().isKind(Kind.STRUCT)
                || value.inner().isKind(Kind.MAP);
        if (depth == 0 && shown) {
            format.out.append('&');
            value(value.inner(), verb, depth + 1);
        } else {
            address(value, verb);
        }
    }

    private void address(GoValue value, char verb) {
        boolean has = switch (value.kind()) {
            case FUNC, MAP, POINTER, SLICE -> true;
            default -> false;
        };
        if (!has) {
            badVerb(verb);
            return;
        }
        long where = value.isNil() ? 0 : ADDRESS;
        switch (verb) {
            case 'v' -> {
                if (format.sharpV) {
                    format.out.append('(').append(value.typeName()).append(")(");
                    if (where == 0) {
                        format.out.append("nil");
                    } else {
                        hexInteger(where, true);
                    }
                    format.out.append(')');
                } else if (where == 0) {
                    format.pad(NIL);
                } else {
                    hexInteger(where, !format.sharp);
                }
            }
            case 'p' -> hexInteger(where, !format.sharp);
            case 'b', 'o', 'd', 'x', 'X' -> integer(where, false, verb);
            default -> badVerb(verb);
        }
    }
}
