package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Kind;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions that templates can call: Go's, and those that Ollama adds. */
enum Functions {
    AND(true, Parameter.VALUE, Parameter.VALUE),
    CALL(true, Parameter.VALUE, Parameter.VALUE),
    HTML(true, Parameter.ANY),
    INDEX(true, Parameter.VALUE, Parameter.VALUE),
    JS(true, Parameter.ANY),
    LEN(false, Parameter.VALUE),
    NOT(false, Parameter.VALUE),
    OR(true, Parameter.VALUE, Parameter.VALUE),
    PRINT(true, Parameter.ANY),
    PRINTF(true, Parameter.STRING, Parameter.ANY),
    PRINTLN(true, Parameter.ANY),
    SLICE(true, Parameter.VALUE, Parameter.VALUE),
    URLQUERY(true, Parameter.ANY),
    EQ(true, Parameter.VALUE, Parameter.VALUE),
    GE(false, Parameter.VALUE, Parameter.VALUE),
    GT(false, Parameter.VALUE, Parameter.VALUE),
    LE(false, Parameter.VALUE, Parameter.VALUE),
    LT(false, Parameter.VALUE, Parameter.VALUE),
    NE(false, Parameter.VALUE, Parameter.VALUE),
    JSON(false, Parameter.ANY),
    CURRENT_DATE(true, Parameter.STRING),
    YESTERDAY_DATE(true, Parameter.STRING),
    TO_TYPE_SCRIPT_TYPE(false, Parameter.ANY);

    private static final Map<String, Functions> OLLAMAS = Map.of(
            "json", JSON,
            "currentDate", CURRENT_DATE,
            "yesterdayDate", YESTERDAY_DATE,
            "toTypeScriptType", TO_TYPE_SCRIPT_TYPE);

    /** Type of a parameter. */
    enum Parameter {
        /** Any value as it is, in its interface. */
        VALUE,
        ANY,
        STRING
    }

    private final boolean variadic;
    private final List<Parameter> parameters;

    Functions(boolean variadic, Parameter... parameters) {
        this.variadic = variadic;
        this.parameters = List.of(parameters);
    }

    static boolean knows(String name) {
        return named(name, true) != null;
    }

    /**
     * A function by name; null if there is none.
     *
     * @param ollamas whether those that Ollama adds are there too
     */
    static Functions named(String name, boolean ollamas) {
        Functions added = OLLAMAS.get(name);
        if (added != null) {
            return ollamas ? added : null;
        }
        for (Functions function : values()) {
            if (function.ordinal() < JSON.ordinal()
                    && function.name().toLowerCase(Locale.ROOT).equals(name)) {
                return function;
            }
        }
        return null;
    }

    /** Whether its last parameter takes any number of arguments. */
    boolean isVariadic() {
        return variadic;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** Calls any function but and, or and call, which the evaluator does itself. */
    GoValue apply(List<GoValue> arguments, LocalDate today) throws CallFailedException {
        GoValue first = arguments.isEmpty() ? GoValue.NONE : arguments.getFirst();
        List<GoValue> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
        return switch (this) {
            case HTML -> GoValue.ofBytes(Escaping.html(text(arguments)));
            case JS -> GoValue.ofBytes(Escaping.js(text(arguments)));
            case URLQUERY -> GoValue.ofBytes(Escaping.query(text(arguments)));
            case INDEX -> Indexing.index(first, rest);
            case SLICE -> Indexing.slice(first, rest);
            case LEN -> Indexing.length(first);
            case NOT -> GoValue.of(!first.unboxed().isTrue());
            case PRINT -> GoValue.ofBytes(Printer.print(arguments));
            case PRINTF -> GoValue.ofBytes(FormatString.print(first.bytes(), rest));
            case PRINTLN -> GoValue.ofBytes(Printer.println(arguments));
            case EQ -> GoValue.of(Comparison.equalsAny(first, rest));
            case NE -> GoValue.of(!Comparison.equalsAny(first, rest));
            case LT -> GoValue.of(Comparison.less(first, rest.getFirst()));
            case LE -> GoValue.of(Comparison.lessOrEqual(first, rest.getFirst()));
            case GT -> GoValue.of(!Comparison.lessOrEqual(first, rest.getFirst()));
            case GE -> GoValue.of(!Comparison.less(first, rest.getFirst()));
            case JSON -> GoValue.ofBytes(JsonWriter.write(first));
            case CURRENT_DATE -> GoValue.ofBytes(today.toString());
            case YESTERDAY_DATE -> GoValue.ofBytes(today.minusDays(1).toString());
            case TO_TYPE_SCRIPT_TYPE -> GoValue.ofBytes(OllamaTypes.typeScript(first.unboxed()));
            case AND, OR, CALL -> throw new IllegalStateException(name());
        };
    }

    private static String text(List<GoValue> arguments) {
        if (arguments.size() == 1 && arguments.getFirst().unboxed().isKind(Kind.STRING)) {
            return arguments.getFirst().unboxed().bytes();
        }
        return Printer.print(
                arguments.stream().map(value -> printable(value.unboxed())).toList());
    }

    /** What printing a value shows: what a pointer points at, and a text for no value at all. */
    static GoValue printable(GoValue value) {
        GoValue shown = value.isKind(Kind.POINTER) ? value.indirect() : value;
        return shown.isValid() ? shown : GoValue.ofBytes("<no value>");
    }
}
