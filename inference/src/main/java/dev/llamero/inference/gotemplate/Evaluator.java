package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Functions.Parameter;
import dev.llamero.inference.gotemplate.GoType.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates pipelines in one executing template. Keeps the node it is at, which errors name, as Go does. Used by one
 * thread.
 */
final class Evaluator {
    private final Program program;
    private final String name;
    private final Budget budget;
    private final Scope scope;
    private Node node;

    Evaluator(Program program, String name, Budget budget, GoValue data) {
        this.program = program;
        this.name = name;
        this.budget = budget;
        this.scope = new Scope(data);
    }

    Scope scope() {
        return scope;
    }

    void at(Node here) {
        node = here;
        budget.spend(1);
    }

    /** An error at the node that is being evaluated. */
    GoTemplateException error(String message) {
        return new GoTemplateException(GoString.text("template: " + program.location(node.position()) + ": executing "
                + Quote.string(name) + " at <" + node.text() + ">: " + message));
    }

    GoValue pipeline(GoValue dot, Node.Pipe pipe) {
        if (pipe == null) {
            return GoValue.NONE;
        }
        at(pipe);
        GoValue value = GoValue.MISSING;
        for (Node.Command command : pipe.commands()) {
            value = command(dot, command, value).unboxed();
        }
        for (Node.Variable variable : pipe.variables()) {
            if (pipe.assigns()) {
                set(variable, value);
            } else {
                scope.push(variable.names().getFirst(), value);
            }
        }
        return value;
    }

    void set(Node.Variable variable, GoValue value) {
        if (!scope.set(variable.names().getFirst(), value)) {
            throw error("undefined variable: " + variable.names().getFirst());
        }
    }

    private void notAFunction(List<Node> words, GoValue last) {
        if (words.size() > 1 || last != GoValue.MISSING) {
            throw error(
                    "can't give argument to non-function " + words.getFirst().text());
        }
    }

    private GoValue command(GoValue dot, Node.Command command, GoValue last) {
        List<Node> words = command.words();
        Node first = words.getFirst();
        switch (first) {
            case Node.Field field -> {
                return field(dot, field, words, last);
            }
            case Node.Chain chain -> {
                return chain(dot, chain, words, last);
            }
            case Node.Identifier identifier -> {
                return function(dot, identifier, command, words, last);
            }
            case Node.Pipe pipe -> {
                notAFunction(words, last);
                return pipeline(dot, pipe);
            }
            case Node.Variable variable -> {
                return variable(dot, variable, words, last);
            }
            default -> {}
        }
        at(first);
        notAFunction(words, last);
        return switch (first) {
            case Node.Dot _ -> dot;
            case Node.Nil _ -> throw error("nil is not a command");
            default -> literal(first);
        };
    }

    private GoValue literal(Node word) {
        at(word);
        return switch (word) {
            case Node.Bool bool -> GoValue.of(bool.value());
            case Node.Str string -> GoValue.ofBytes(string.value());
            case Node.Number number -> constant(number);
            default -> throw error("can't evaluate command " + Quote.string(word.text()));
        };
    }

    private GoValue constant(Node.Number number) {
        String text = number.text();
        boolean hex = text.length() > 2
                && text.charAt(0) == '0'
                && (text.charAt(1) == 'x' || text.charAt(1) == 'X')
                && text.indexOf('p') < 0
                && text.indexOf('P') < 0;
        boolean real = !hex && text.charAt(0) != '\'' && text.chars().anyMatch(c -> ".eEpP".indexOf(c) >= 0);
        if (real) {
            return GoValue.of(number.real());
        }
        if (!number.isInt()) {
            throw error(text + " overflows int");
        }
        return GoValue.of(number.integer());
    }

    private GoValue field(GoValue dot, Node.Field field, List<Node> words, GoValue last) {
        at(field);
        return fields(dot, dot, field, field.names(), words, last);
    }

    private GoValue chain(GoValue dot, Node.Chain chain, List<Node> words, GoValue last) {
        at(chain);
        if (chain.node() instanceof Node.Nil) {
            throw error("indirection through explicit nil in " + chain.text());
        }
        GoValue value = argument(dot, null, chain.node());
        return fields(dot, value, chain, chain.names(), words, last);
    }

    private GoValue variable(GoValue dot, Node.Variable variable, List<Node> words, GoValue last) {
        at(variable);
        List<String> names = variable.names();
        GoValue value = scope.get(names.getFirst());
        if (value == null) {
            throw error("undefined variable: " + names.getFirst());
        }
        if (names.size() == 1) {
            notAFunction(words, last);
            return value;
        }
        return fields(dot, value, variable, names.subList(1, names.size()), words, last);
    }

    private GoValue fields(GoValue dot, GoValue receiver, Node at, List<String> names, List<Node> words, GoValue last) {
        GoValue value = receiver;
        for (String field : names.subList(0, names.size() - 1)) {
            value = field(dot, field, at, List.of(), GoValue.MISSING, value);
        }
        return field(dot, names.getLast(), at, words, last, value);
    }

    private GoValue field(GoValue dot, String field, Node at, List<Node> words, GoValue last, GoValue receiver) {
        if (!receiver.isValid()) {
            return GoValue.NONE;
        }
        String type = receiver.typeName();
        GoValue value = receiver.indirect();
        if (value.isKind(Kind.INTERFACE)) {
            throw error("nil pointer evaluating " + type + "." + field);
        }
        GoType methods = value.isKind(Kind.POINTER) ? value.type().element() : value.type();
        GoType.Method method = methods.method(field);
        if (method != null) {
            return method(dot, value, method, field, at, words, last);
        }
        boolean hasArguments = words.size() > 1 || last != GoValue.MISSING;
        switch (value.kind()) {
            case STRUCT -> {
                int index = value.type().field(field);
                if (index >= 0) {
                    return member(value, index, field, type, hasArguments);
                }
            }
            case MAP -> {
                if (hasArguments) {
                    throw error(field + " is not a method but has arguments");
                }
                GoValue entry = value.map().get(field);
                return entry != null ? entry : program.missing(value.type().element());
            }
            case POINTER -> {
                if (methods.kind() != Kind.STRUCT || methods.field(field) >= 0) {
                    throw error("nil pointer evaluating " + type + "." + field);
                }
            }
            default -> {}
        }
        throw error("can't evaluate field " + field + " in type " + type);
    }

    private GoValue member(GoValue value, int index, String field, String type, boolean hasArguments) {
        if (!value.type().fields().get(index).isExported()) {
            throw error(field + " is an unexported field of struct type " + type);
        }
        if (hasArguments) {
            throw error(field + " has arguments but cannot be invoked as function");
        }
        return value.field(index);
    }

    private GoValue method(
            GoValue dot, GoValue value, GoType.Method method, String name, Node at, List<Node> words, GoValue last) {
        int given = Math.max(0, words.size() - 1) + (last == GoValue.MISSING ? 0 : 1);
        if (given != method.arguments()) {
            throw error("wrong number of args for " + name + ": want " + method.arguments() + " got " + given);
        }
        if (method.badSignature() != null) {
            throw error(method.badSignature());
        }
        return method.body().apply(value);
    }

    private GoValue function(GoValue dot, Node.Identifier identifier, Node command, List<Node> words, GoValue last) {
        at(identifier);
        String called = identifier.text();
        Functions function = Functions.named(called, program.hasOllamasFunctions());
        if (function == null) {
            throw error(Quote.string(called) + " is not a defined function");
        }
        List<Node> arguments = words.isEmpty() ? List.of() : words.subList(1, words.size());
        int count = arguments.size() + (last == GoValue.MISSING ? 0 : 1);
        int wanted = function.parameters().size();
        if (function.isVariadic() && count < wanted - 1) {
            throw error("wrong number of args for " + called + ": want at least " + (wanted - 1) + " got "
                    + arguments.size());
        }
        if (!function.isVariadic() && count != wanted) {
            throw error("wrong number of args for " + called + ": want " + wanted + " got " + count);
        }
        if (function == Functions.AND || function == Functions.OR) {
            return firstDeciding(dot, arguments, last, function == Functions.OR);
        }
        List<GoValue> values = arguments(dot, function, arguments, last);
        try {
            GoValue result = function == Functions.CALL
                    ? notCallable(arguments, values)
                    : function.apply(values, program.today());
            if (result.isKind(Kind.STRING)) {
                Budget.checkLength(result.bytes().length());
                budget.spend(result.bytes().length());
            }
            return result;
        } catch (CallFailedException e) {
            at(command);
            throw error("error calling " + called + ": " + e.getMessage());
        }
    }

    private GoValue firstDeciding(GoValue dot, List<Node> arguments, GoValue last, boolean decides) {
        GoValue value = GoValue.NONE;
        for (Node argument : arguments) {
            value = argument(dot, Parameter.VALUE, argument);
            if (value.unboxed().isTrue() == decides) {
                return value;
            }
        }
        return last == GoValue.MISSING ? value : checked(last, Parameter.VALUE);
    }

    private List<GoValue> arguments(GoValue dot, Functions function, List<Node> arguments, GoValue last) {
        var values = new ArrayList<GoValue>();
        List<Parameter> parameters = function.parameters();
        for (Node argument : arguments) {
            values.add(argument(dot, parameters.get(Math.min(values.size(), parameters.size() - 1)), argument));
        }
        if (last != GoValue.MISSING) {
            values.add(checked(last, parameters.get(Math.min(values.size(), parameters.size() - 1))));
        }
        return values;
    }

    /** Nothing in a template's data can be called. */
    private GoValue notCallable(List<Node> arguments, List<GoValue> values) throws CallFailedException {
        GoValue value = values.getFirst().unboxed();
        if (!value.isValid()) {
            throw new CallFailedException("call of nil");
        }
        String called = !arguments.isEmpty()
                ? arguments.getFirst().text()
                : value.isKind(Kind.STRING) ? value.bytes() : "<" + value.typeName() + " Value>";
        if (value.isKind(Kind.FUNC)) {
            throw new CallFailedException(
                    "wrong number of args for " + called + ": got " + (values.size() - 1) + " want 1");
        }
        throw new CallFailedException("non-function " + called + " of type " + value.typeName());
    }

    /** A value as a parameter takes it; a parameter of null takes all. */
    private GoValue checked(GoValue value, Parameter parameter) {
        if (parameter != Parameter.STRING) {
            return value;
        }
        if (!value.isValid()) {
            throw error("invalid value; expected string");
        }
        GoValue inner = value.isNil() ? value : value.unboxed();
        if (inner.type() == GoType.STRING) {
            return inner;
        }
        throw error("wrong type for value; expected string; got " + inner.typeName());
    }

    private GoValue argument(GoValue dot, Parameter parameter, Node argument) {
        at(argument);
        return switch (argument) {
            case Node.Dot _ -> checked(dot, parameter);
            case Node.Nil _ -> {
                if (parameter == Parameter.STRING) {
                    throw error("cannot assign nil to string");
                }
                yield GoValue.NONE;
            }
            case Node.Field field -> checked(field(dot, field, List.of(argument), GoValue.MISSING), parameter);
            case Node.Variable variable -> checked(variable(dot, variable, List.of(), GoValue.MISSING), parameter);
            case Node.Pipe pipe -> checked(pipeline(dot, pipe), parameter);
            case Node.Identifier identifier ->
                checked(function(dot, identifier, identifier, List.of(), GoValue.MISSING), parameter);
            case Node.Chain chain -> checked(chain(dot, chain, List.of(), GoValue.MISSING), parameter);
            default -> {
                if (parameter == Parameter.STRING && !(argument instanceof Node.Str)) {
                    at(argument);
                    throw error("expected string; found " + argument.text());
                }
                yield literal(argument);
            }
        };
    }
}
