package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The operators {@code + - * / // % **} on every pair of types that Python knows. */
final class Operators {
    private Operators() {}

    static Object binary(Render render, String operator, Object left, Object right) {
        return switch (operator) {
            case "+" -> add(render, left, right);
            case "-" -> left instanceof Long a && right instanceof Long b ? subtract(a, b) : number("-", left, right);
            case "*" -> multiply(render, left, right);
            case "%" -> modulo(render, left, right);
            case "/", "//", "**" -> number(operator, left, right);
            default -> throw new IllegalStateException(operator);
        };
    }

    private static Object subtract(long a, long b) {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0
                ? (Object) BigInteger.valueOf(a).subtract(BigInteger.valueOf(b))
                : (Object) difference;
    }

    private static Object add(Render render, Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            long sum = a + b;
            return ((a ^ sum) & (b ^ sum)) < 0
                    ? (Object) BigInteger.valueOf(a).add(BigInteger.valueOf(b))
                    : (Object) sum;
        }
        if (left instanceof String a && right instanceof String b) {
            render.chargeText((long) a.length() + b.length());
            return a.concat(b);
        }
        Comparison.failUndefined(left, right);
        if (Comparison.isText(left) && Comparison.isText(right)) {
            return new Markup(
                    Markup.of(render, left).text() + Markup.of(render, right).text());
        }
        if (left instanceof List<?> a && right instanceof List<?> b && !(left instanceof Range)) {
            if ((left instanceof Tuple) == (right instanceof Tuple) && !(right instanceof Range)) {
                render.charge((long) a.size() + b.size());
                List<Object> joined = new ArrayList<>(a.size() + b.size());
                joined.addAll(a);
                joined.addAll(b);
                return left instanceof Tuple ? Tuple.copyOf(joined) : joined;
            }
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return number("+", left, right);
        }
        if (Comparison.isText(left) || left instanceof List<?> && !(left instanceof Range)) {
            String type = Comparison.isText(left) ? "str" : PythonText.typeName(left);
            throw TemplateException.type(
                    "can only concatenate " + type + " (not \"" + PythonText.typeName(right) + "\") to " + type);
        }
        throw unsupported("+", left, right);
    }

    private static Object multiply(Render render, Object left, Object right) {
        if (isRepeatable(left) && Numbers.isInteger(right)) {
            return Sequences.repeat(render, left, right);
        }
        if (isRepeatable(right) && Numbers.isInteger(left)) {
            return Sequences.repeat(render, right, left);
        }
        Comparison.failUndefined(left, right);
        if (isRepeatable(left) || isRepeatable(right)) {
            Object other = isRepeatable(left) ? right : left;
            throw TemplateException.type(
                    "can't multiply sequence by non-int of type '" + PythonText.typeName(other) + "'");
        }
        return number("*", left, right);
    }

    private static boolean isRepeatable(Object value) {
        return Comparison.isText(value) || value instanceof List<?> && !(value instanceof Range);
    }

    private static Object modulo(Render render, Object left, Object right) {
        if (left instanceof String text) {
            return PercentFormat.format(render, text, right);
        }
        if (left instanceof Markup markup) {
            return new Markup(PercentFormat.format(render, markup.text(), PercentFormat.escaped(render, right)));
        }
        return number("%", left, right);
    }

    private static TemplateException unsupported(String operator, Object left, Object right) {
        String shown = operator.equals("**") ? "** or pow()" : operator;
        return TemplateException.type("unsupported operand type(s) for " + shown + ": '" + PythonText.typeName(left)
                + "' and '" + PythonText.typeName(right) + "'");
    }

    private static Object number(String operator, Object left, Object right) {
        Comparison.failUndefined(left, right);
        if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
            throw unsupported(operator, left, right);
        }
        if (operator.equals("/")) {
            return divide(left, right);
        }
        if (left instanceof Double || right instanceof Double) {
            return floats(operator, Numbers.toDouble(left), Numbers.toDouble(right));
        }
        if (operator.equals("**")) {
            return power(left, right);
        }
        BigInteger a = Numbers.big(left);
        BigInteger b = Numbers.big(right);
        return switch (operator) {
            case "+" -> Numbers.narrow(a.add(b));
            case "-" -> Numbers.narrow(a.subtract(b));
            case "*" -> Numbers.narrow(a.multiply(b));
            case "//" -> Numbers.narrow(floorDivide(a, b, "integer division or modulo by zero"));
            default -> Numbers.narrow(a.subtract(b.multiply(floorDivide(a, b, "integer modulo by zero"))));
        };
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b, String message) {
        if (b.signum() == 0) {
            throw TemplateException.zeroDivision(message);
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object divide(Object left, Object right) {
        boolean floats = left instanceof Double || right instanceof Double;
        if (Sequences.truth(right) || right instanceof BigInteger) {
            if (!floats && (left instanceof BigInteger || right instanceof BigInteger)) {
                double quotient = new java.math.BigDecimal(Numbers.big(left))
                        .divide(new java.math.BigDecimal(Numbers.big(right)), new java.math.MathContext(800))
                        .doubleValue();
                if (Double.isInfinite(quotient)) {
                    throw TemplateException.overflow("integer division result too large for a float");
                }
                return quotient;
            }
            return Numbers.toDouble(left) / Numbers.toDouble(right);
        }
        throw TemplateException.zeroDivision(floats ? "float division by zero" : "division by zero");
    }

    private static Object floats(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "**" -> floatPower(a, b);
            default -> {
                if (b == 0) {
                    throw TemplateException.zeroDivision(
                            operator.equals("%") ? "float modulo" : "float floor division by zero");
                }
                double remainder = a % b;
                if (remainder != 0 && (remainder < 0) != (b < 0)) {
                    remainder += b;
                } else if (remainder == 0) {
                    remainder = Math.copySign(0.0, b);
                }
                if (operator.equals("%")) {
                    yield remainder;
                }
                double quotient = (a - remainder) / b;
                double floor = Math.floor(quotient);
                yield quotient == 0 ? Math.copySign(0.0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
            }
        };
    }

    private static Object floatPower(double a, double b) {
        if (a == 0 && b < 0) {
            throw TemplateException.zeroDivision("0.0 cannot be raised to a negative power");
        }
        if (a < 0 && b != Math.rint(b) && !Double.isInfinite(b)) {
            throw TemplateException.value("complex numbers are not supported");
        }
        double result = a == 1 ? 1 : Math.pow(a, b);
        if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw TemplateException.overflow("(34, 'Numerical result out of range')");
        }
        return result;
    }

    private static Object power(Object left, Object right) {
        BigInteger base = Numbers.big(left);
        BigInteger exponent = Numbers.big(right);
        if (exponent.signum() < 0) {
            return floatPower(Numbers.toDouble(left), Numbers.toDouble(right));
        }
        if (base.abs().compareTo(BigInteger.ONE) <= 0) {
            boolean negative = base.signum() < 0 && exponent.testBit(0);
            return exponent.signum() == 0
                    ? 1L
                    : negative ? -1L : (long) base.abs().intValue();
        }
        if (exponent.bitLength() > 31
                || (long) exponent.intValue() * base.bitLength() > Numbers.INT_BITS_MAX + base.bitLength()) {
            throw TemplateException.limit("an integer of more than %d bits", Numbers.INT_BITS_MAX);
        }
        return Numbers.narrow(base.pow(exponent.intValue()));
    }

    static Object unary(String operator, Object operand) {
        if (operand instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Numbers.isNumber(operand)) {
            throw TemplateException.type(
                    "bad operand type for unary " + operator + ": '" + PythonText.typeName(operand) + "'");
        }
        if (operand instanceof Double number) {
            return operator.equals("-") ? -number : number;
        }
        BigInteger value = Numbers.big(operand);
        return Numbers.narrow(operator.equals("-") ? value.negate() : value);
    }
}
