package dev.llamero.inference.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Filters on numbers, and those that work on any value. */
final class NumberFilters {
    private static final String[] UNITS = {"B", "k", "M", "G", "T", "P", "E", "Z", "Y"};

    private NumberFilters() {}

    static void addTo(Filters.Table table) {
        table.add("abs", "", (_, v, _) -> abs(v));
        table.add("int", "default? base?", (_, v, a) -> integer(v, Filters.or(a[0], 0L), Filters.or(a[1], 10L)));
        table.add("float", "default?", (_, v, a) -> real(v, Filters.or(a[0], 0.0)));
        table.add("round", "precision? method?", NumberFilters::round);
        table.add("filesizeformat", "binary?", (_, v, a) -> fileSize(v, Filters.flag(a[0])));
        table.add(
                "default",
                "default_value? boolean?",
                (_, v, a) ->
                        v instanceof Undefined || Filters.flag(a[1]) && !Sequences.truth(v) ? Filters.or(a[0], "") : v);
        table.add("attr", "name", (_, v, a) -> Attributes.only(v, a[0]));
    }

    private static Object abs(Object value) {
        if (!Numbers.isNumber(value)) {
            throw TemplateException.type("bad operand type for abs(): '" + PythonText.typeName(value) + "'");
        }
        return value instanceof Double number
                ? (Object) Math.abs(number)
                : Numbers.narrow(Numbers.big(value).abs());
    }

    private static Object integer(Object value, Object otherwise, Object base) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (Comparison.isText(value)) {
            String text = Comparison.text(value);
            int radix = Numbers.index(base);
            Object parsed = radix == 0 || radix >= 2 && radix <= 36 ? Numbers.parseInt(text, radix) : null;
            if (parsed != null) {
                return parsed;
            }
            Double number = Numbers.parseFloat(text);
            boolean finite = number != null && !number.isInfinite() && !number.isNaN();
            return finite ? Numbers.truncate(number) : otherwise;
        }
        if (value instanceof Double number) {
            return number.isNaN() ? otherwise : Numbers.truncate(number);
        }
        return Numbers.isInteger(value) ? Numbers.narrow(Numbers.big(value)) : otherwise;
    }

    private static Object real(Object value, Object otherwise) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (Comparison.isText(value)) {
            Double parsed = Numbers.parseFloat(Comparison.text(value));
            return parsed == null ? otherwise : parsed;
        }
        return Numbers.isNumber(value) ? (Object) Numbers.toDouble(value) : otherwise;
    }

    private static Object round(Render render, Object value, Object[] args) {
        int precision = Numbers.index(Filters.or(args[0], 0L));
        String method = PythonText.str(render, Filters.or(args[1], "common"));
        if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
            throw TemplateException.argument("method must be common, ceil or floor");
        }
        if (!Numbers.isNumber(value)) {
            String type = PythonText.typeName(value);
            throw TemplateException.type(
                    method.equals("common")
                            ? "type " + type + " doesn't define __round__ method"
                            : "must be real number, not " + type);
        }
        if (method.equals("common")) {
            return Numbers.round(value, precision);
        }
        Object scale = Operators.binary(render, "**", 10L, (long) precision);
        Object scaled = Operators.binary(render, "*", value, scale);
        if (scaled instanceof Double number) {
            if (number.isNaN() || number.isInfinite()) {
                return Numbers.truncate(number);
            }
            RoundingMode mode = method.equals("ceil") ? RoundingMode.CEILING : RoundingMode.FLOOR;
            scaled = Numbers.narrow(new BigDecimal(number).setScale(0, mode).toBigInteger());
        }
        return Operators.binary(render, "/", scaled, scale);
    }

    private static Object fileSize(Object value, boolean binary) {
        double bytes = (Double) realOrFail(value);
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return PythonText.repr(Numbers.truncate(bytes)) + " Bytes";
        }
        int unit = 1;
        double size = base * base;
        while (bytes >= size && unit < UNITS.length - 1) {
            size *= base;
            unit++;
        }
        String name = binary ? UNITS[unit].toUpperCase(java.util.Locale.ROOT) + "iB" : UNITS[unit] + "B";
        return FloatFormat.digits(base * bytes / size, 'f', 1, false) + " " + name;
    }

    private static Object realOrFail(Object value) {
        Object number = real(value, null);
        if (number == null) {
            throw Comparison.isText(value)
                    ? TemplateException.value("could not convert string to float: " + PythonText.repr(value))
                    : TemplateException.type("float() argument must be a string or a real number, not '"
                            + PythonText.typeName(value) + "'");
        }
        return number;
    }
}
