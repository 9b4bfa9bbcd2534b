package dev.llamero.inference.jinja;

/**
 * A token of the template.
 *
 * @param kind what it is
 * @param value text of a name, string, operator or data; the number of a number
 * @param line line where it starts, from 1
 */
record Token(Kind kind, Object value, int line) {
    enum Kind {
        DATA("template data / text"),
        VARIABLE_BEGIN("begin of print statement"),
        VARIABLE_END("end of print statement"),
        BLOCK_BEGIN("begin of statement block"),
        BLOCK_END("end of statement block"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        EOF("end of template");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    boolean isOperator(String symbol) {
        return kind == Kind.OPERATOR && value.equals(symbol);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && value.equals(name);
    }

    /** How error messages name the token. */
    String describe() {
        return kind == Kind.NAME || kind == Kind.OPERATOR ? (String) value : kind.label();
    }
}
