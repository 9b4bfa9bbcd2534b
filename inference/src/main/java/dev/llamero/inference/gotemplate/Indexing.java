package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Kind;
import java.util.List;

/** The functions index, slice and len. */
final class Indexing {
    private Indexing() {}

    static GoValue index(GoValue of, List<GoValue> indexes) throws CallFailedException {
        GoValue item = of.unboxed();
        if (!item.isValid()) {
            throw new CallFailedException("index of untyped nil");
        }
        for (GoValue boxed : indexes) {
            GoValue index = boxed.unboxed();
            item = item.indirect();
            if (item.isNilPointer()) {
                throw new CallFailedException("index of nil pointer");
            }
            item = switch (item.kind()) {
                case STRING -> character(item.bytes(), index);
                case SLICE -> element(item.slice(), index);
                case MAP -> entry(item, index);
                default -> throw new CallFailedException("can't index item of type " + item.typeName());
            };
        }
        return item;
    }

    private static GoValue character(String bytes, GoValue index) throws CallFailedException {
        int at = position(index, bytes.length());
        if (at == bytes.length()) {
            throw new CallFailedException("reflect: string index out of range");
        }
        return new GoValue(GoType.UINT8, (long) bytes.charAt(at));
    }

    private static GoValue element(GoSlice slice, GoValue index) throws CallFailedException {
        int at = position(index, slice.length());
        if (at == slice.length()) {
            throw new CallFailedException("reflect: slice index out of range");
        }
        return slice.get(at);
    }

    private static GoValue entry(GoValue map, GoValue index) throws CallFailedException {
        if (!index.isValid()) {
            throw new CallFailedException("value is nil; should be of type string");
        }
        if (!index.isKind(Kind.STRING)) {
            throw new CallFailedException("value has type " + index.typeName() + "; should be string");
        }
        GoValue value = map.map().get(index.bytes());
        return value == null ? map.type().element().zero() : value;
    }

    private static int position(GoValue index, int most) throws CallFailedException {
        if (!index.isValid()) {
            throw new CallFailedException("cannot index slice/array with nil");
        }
        if (!index.isKind(Kind.INT) && !index.isKind(Kind.UINT8)) {
            throw new CallFailedException("cannot index slice/array with type " + index.typeName());
        }
        if (index.integer() < 0 || index.integer() > most) {
            throw new CallFailedException("index out of range: " + index.integer());
        }
        return (int) index.integer();
    }

    static GoValue slice(GoValue of, List<GoValue> indexes) throws CallFailedException {
        if (!of.unboxed().isValid()) {
            throw new CallFailedException("slice of untyped nil");
        }
        GoValue item = of.indirect();
        if (item.isNilPointer()) {
            throw new CallFailedException("slice of nil pointer");
        }
        if (indexes.size() > 3) {
            throw new CallFailedException("too many slice indexes: " + indexes.size());
        }
        boolean string = item.isKind(Kind.STRING);
        if (string && indexes.size() == 3) {
            throw new CallFailedException("cannot 3-index slice a string");
        }
        if (!string && !item.isKind(Kind.SLICE)) {
            throw new CallFailedException("can't slice item of type " + item.typeName());
        }
        int capacity = string ? item.bytes().length() : item.slice().capacity();
        int[] bounds = {0, string ? capacity : item.slice().length(), capacity};
        for (int i = 0; i < indexes.size(); i++) {
            bounds[i] = position(indexes.get(i), capacity);
        }
        check(bounds[0], bounds[1]);
        if (string) {
            return new GoValue(item.type(), item.bytes().substring(bounds[0], bounds[1]));
        }
        if (indexes.size() == 3) {
            check(bounds[1], bounds[2]);
        }
        GoSlice slice = item.slice();
        return new GoValue(
                item.type(),
                new GoSlice(slice.backing(), slice.offset() + bounds[0], bounds[1] - bounds[0], bounds[2] - bounds[0]));
    }

    private static void check(int low, int high) throws CallFailedException {
        if (low > high) {
            throw new CallFailedException("invalid slice index: " + low + " > " + high);
        }
    }

    static GoValue length(GoValue of) throws CallFailedException {
        GoValue item = of.indirect();
        if (item.isNilPointer()) {
            throw new CallFailedException("len of nil pointer");
        }
        if (!item.isValid()) {
            throw new CallFailedException("reflect: call of reflect.Value.Type on zero Value");
        }
        return switch (item.kind()) {
            case STRING -> GoValue.of(item.bytes().length());
            case SLICE -> GoValue.of(item.slice().length());
            case MAP -> GoValue.of(item.map().size());
            default -> throw new CallFailedException("len of type " + item.typeName());
        };
    }
}
