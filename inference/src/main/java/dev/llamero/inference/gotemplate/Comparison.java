package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Kind;
import java.util.List;

/** The functions eq, ne, lt, le, gt and ge. */
final class Comparison {
    private static final String BAD_TYPE = "invalid type for comparison";

    private Comparison() {}

    /** What values must have in common to be compared. */
    private enum Basic {
        NONE,
        BOOL,
        INT,
        UINT,
        FLOAT,
        STRING
    }

    private static Basic basic(GoValue value) {
        if (!value.isValid()) {
            return Basic.NONE;
        }
        return switch (value.kind()) {
            case BOOL -> Basic.BOOL;
            case INT -> Basic.INT;
            case UINT8 -> Basic.UINT;
            case FLOAT64 -> Basic.FLOAT;
            case STRING -> Basic.STRING;
            default -> Basic.NONE;
        };
    }

    /** Whether the first equals any of the others. */
    static boolean equalsAny(GoValue first, List<GoValue> others) throws CallFailedException {
        if (others.isEmpty()) {
            throw new CallFailedException("missing argument for comparison");
        }
        for (GoValue other : others) {
            if (equal(first.unboxed(), other.unboxed())) {
                return true;
            }
        }
        return false;
    }

    private static boolean equal(GoValue left, GoValue right) throws CallFailedException {
        Basic a = basic(left);
        Basic b = basic(right);
        if (a != b) {
            if (a == Basic.INT && b == Basic.UINT || a == Basic.UINT && b == Basic.INT) {
                return left.integer() == right.integer();
            }
            if (left.isValid() && right.isValid()) {
                throw incompatible(left, right);
            }
            return false;
        }
        return switch (a) {
            case BOOL -> left.bool() == right.bool();
            case INT, UINT -> left.integer() == right.integer();
            case FLOAT -> left.real() == right.real();
            case STRING -> left.bytes().equals(right.bytes());
            case NONE -> equalComposites(left, right);
        };
    }

    private static boolean equalComposites(GoValue left, GoValue right) throws CallFailedException {
        if (left.isValid() && right.isValid() && left.kind() != right.kind()) {
            throw new CallFailedException("non-comparable types " + Printer.reflected(left, 's') + ": "
                    + left.typeName() + ", " + right.typeName() + ": " + Printer.reflected(right, 'v'));
        }
        if (isNil(left) || isNil(right)) {
            return isNil(left) && isNil(right);
        }
        if (!right.type().isComparable()) {
            throw new CallFailedException(
                    "non-comparable type " + Printer.reflected(right, 's') + ": " + right.typeName());
        }
        return left.data() == right.data();
    }

    private static boolean isNil(GoValue value) {
        return !value.isValid() || !value.isKind(Kind.STRUCT) && value.isNil();
    }

    private static CallFailedException incompatible(GoValue left, GoValue right) {
        return new CallFailedException(
                "incompatible types for comparison: " + left.typeName() + " and " + right.typeName());
    }

    static boolean less(GoValue first, GoValue second) throws CallFailedException {
        GoValue left = first.unboxed();
        GoValue right = second.unboxed();
        Basic a = basic(left);
        Basic b = basic(right);
        if (a == Basic.NONE || b == Basic.NONE) {
            throw new CallFailedException(BAD_TYPE);
        }
        if (a != b) {
            if (a == Basic.INT && b == Basic.UINT || a == Basic.UINT && b == Basic.INT) {
                return left.integer() < right.integer();
            }
            throw incompatible(left, right);
        }
        return switch (a) {
            case INT, UINT -> left.integer() < right.integer();
            case FLOAT -> left.real() < right.real();
            case STRING -> left.bytes().compareTo(right.bytes()) < 0;
            case BOOL, NONE -> throw new CallFailedException(BAD_TYPE);
        };
    }

    static boolean lessOrEqual(GoValue first, GoValue second) throws CallFailedException {
        return less(first, second) || equalsAny(first, List.of(second));
    }
}
