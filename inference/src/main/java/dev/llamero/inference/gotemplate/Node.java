package dev.llamero.inference.gotemplate;

import java.util.List;

/**
 * A part of a parsed template. Immutable.
 *
 * <p>{@link #text} is how error texts show it; {@link #position} is the byte that they point at.
 */
sealed interface Node {
    int position();

    String text();

    /** Text outside of actions, printed as it is. */
    record Text(int position, String text) implements Node {}

    record Body(int position, List<Node> nodes) implements Node {
        @Override
        public String text() {
            return "";
        }
    }

    record Action(int position, Pipe pipe) implements Node {
        @Override
        public String text() {
            return "{{" + pipe.text() + "}}";
        }
    }

    /** What decides about a body. */
    enum BranchKind {
        IF,
        RANGE,
        WITH
    }

    /** @param otherwise null if there is no else */
    record Branch(BranchKind kind, int position, Pipe pipe, Body body, Body otherwise) implements Node {
        @Override
        public String text() {
            return "{{" + kind.name().toLowerCase(java.util.Locale.ROOT) + " " + pipe.text() + "}}";
        }
    }

    record Break(int position) implements Node {
        @Override
        public String text() {
            return "{{break}}";
        }
    }

    record Continue(int position) implements Node {
        @Override
        public String text() {
            return "{{continue}}";
        }
    }

    record End(int position) implements Node {
        @Override
        public String text() {
            return "{{end}}";
        }
    }

    record Else(int position) implements Node {
        @Override
        public String text() {
            return "{{else}}";
        }
    }

    /** @param pipe null if nothing is handed over */
    record Call(int position, String name, Pipe pipe) implements Node {
        @Override
        public String text() {
            return "{{template " + Quote.string(name) + (pipe == null ? "" : " " + pipe.text()) + "}}";
        }
    }

    record Pipe(int position, boolean assigns, List<Variable> variables, List<Command> commands) implements Node {
        @Override
        public String text() {
            var out = new StringBuilder();
            for (Variable variable : variables) {
                out.append(out.isEmpty() ? "" : ", ").append(variable.text());
            }
            if (!variables.isEmpty()) {
                out.append(assigns ? " = " : " := ");
            }
            for (int i = 0; i < commands.size(); i++) {
                out.append(i == 0 ? "" : " | ").append(commands.get(i).text());
            }
            return out.toString();
        }
    }

    record Command(int position, List<Node> words) implements Node {
        @Override
        public String text() {
            var out = new StringBuilder();
            for (int i = 0; i < words.size(); i++) {
                out.append(i == 0 ? "" : " ").append(inParens(words.get(i)));
            }
            return out.toString();
        }
    }

    private static String inParens(Node node) {
        return node instanceof Pipe ? "(" + node.text() + ")" : node.text();
    }

    /** Name of a function. */
    record Identifier(int position, String text) implements Node {}

    /** Name, with its dollar sign, and fields of a variable. */
    record Variable(int position, List<String> names) implements Node {
        @Override
        public String text() {
            return String.join(".", names);
        }
    }

    record Dot(int position) implements Node {
        @Override
        public String text() {
            return ".";
        }
    }

    record Nil(int position) implements Node {
        @Override
        public String text() {
            return "nil";
        }
    }

    record Field(int position, List<String> names) implements Node {
        @Override
        public String text() {
            return "." + String.join(".", names);
        }
    }

    /** Fields of what another node gives. */
    record Chain(int position, Node node, List<String> names) implements Node {
        @Override
        public String text() {
            return inParens(node) + "." + String.join(".", names);
        }
    }

    record Bool(int position, boolean value) implements Node {
        @Override
        public String text() {
            return Boolean.toString(value);
        }
    }

    /**
     * A number, with every type that it could have.
     *
     * @param isUint whether it is an integer below 2^64; then it may be no signed one
     */
    record Number(int position, String text, boolean isInt, boolean isUint, boolean isFloat, long integer, double real)
            implements Node {}

    /** @param text as written, with its quotes */
    record Str(int position, String text, String value) implements Node {}
}
