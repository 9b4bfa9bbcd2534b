package dev.llamero.inference.gotemplate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Values as JSON, written as Go's encoder writes them. Used by one thread. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {}

    /** The JSON of a value, in bytes; "" for what JSON cannot say. */
    static String write(GoValue value) {
        var writer = new JsonWriter();
        return writer.append(value) ? writer.out.toString() : "";
    }

    /** An object with these keys in this order. */
    static String object(Map<String, GoValue> members) {
        var writer = new JsonWriter();
        writer.members(members);
        return writer.out.toString();
    }

    private boolean append(GoValue value) {
        Budget.checkLength(out.length());
        if (!value.isValid()) {
            out.append("null");
            return true;
        }
        if (value.type().marshaler() != null) {
            out.append(value.type().marshaler().apply(value));
            return true;
        }
        return switch (value.kind()) {
            case BOOL, INT, UINT8 -> {
                out.append(value.data());
                yield true;
            }
            case FLOAT64 -> real(value.real());
            case STRING -> string(value.bytes());
            case SLICE -> slice(value);
            case MAP -> value.isNil() ? nothing() : members(value.map());
            case STRUCT -> struct(value);
            case POINTER, INTERFACE -> value.isNil() ? nothing() : append(value.inner());
            case FUNC -> false;
        };
    }

    private boolean nothing() {
        out.append("null");
        return true;
    }

    private boolean real(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return false;
        }
        double size = Math.abs(value);
        boolean exponent = size != 0 && (size < 1e-6 || size >= 1e21);
        String text = FloatText.of(value, exponent ? 'e' : 'f', -1);
        int at = text.length() - 4;
        // Go writes e-09 as e-9.
        out.append(
                exponent && at > 0 && text.startsWith("e-0", at)
                        ? text.substring(0, at + 2) + text.charAt(at + 3)
                        : text);
        return true;
    }

    private boolean slice(GoValue value) {
        if (value.isNil()) {
            return nothing();
        }
        List<GoValue> items = value.slice().items();
        if (value.type().element() == GoType.UINT8) {
            var bytes = new byte[items.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) items.get(i).integer();
            }
            out.append('"').append(new String(Base64.getEncoder().encode(bytes), StandardCharsets.ISO_8859_1));
            out.append('"');
            return true;
        }
        boolean all = true;
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ",");
            all &= append(items.get(i));
        }
        out.append(']');
        return all;
    }

    private boolean members(Map<String, GoValue> members) {
        boolean all = true;
        char separator = '{';
        for (Map.Entry<String, GoValue> member : members.entrySet()) {
            out.append(separator);
            separator = ',';
            string(member.getKey());
            out.append(':');
            all &= append(member.getValue());
        }
        out.append(members.isEmpty() ? "{}" : "}");
        return all;
    }

    private boolean struct(GoValue value) {
        boolean all = true;
        boolean empty = true;
        out.append('{');
        List<GoType.Field> fields = value.type().fields();
        for (int i = 0; i < fields.size(); i++) {
            GoType.Field field = fields.get(i);
            GoValue member = value.field(i);
            if (field.isExported() && !(field.omitsEmpty() && isEmpty(member))) {
                out.append(empty ? "" : ",");
                empty = false;
                string(field.key());
                out.append(':');
                all &= append(member);
            }
        }
        out.append('}');
        return all;
    }

    private static boolean isEmpty(GoValue value) {
        return !value.isKind(GoType.Kind.STRUCT) && !value.isTrue();
    }

    private boolean string(String bytes) {
        out.append('"');
        for (int i = 0; i < bytes.length(); i += GoString.width(bytes, i)) {
            char c = bytes.charAt(i);
            if (c >= 0x80) {
                rune(bytes, i);
            } else if (c < ' ' || c == '<' || c == '>' || c == '&') {
                control(c);
            } else {
                out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        out.append('"');
        return true;
    }

    private void rune(String bytes, int at) {
        int rune = GoString.rune(bytes, at);
        if (!GoString.isRune(bytes, at)) {
            out.append("\\ufffd");
        } else if (rune == 0x2028 || rune == 0x2029) {
            out.append("\\u").append(Integer.toHexString(rune));
        } else {
            out.append(bytes, at, at + GoString.width(bytes, at));
        }
    }

    private void control(char c) {
        int escape = "\b\f\n\r\t".indexOf(c);
        if (escape >= 0) {
            out.append('\\').append("bfnrt".charAt(escape));
        } else {
            out.append("\\u00").append(Formatter.LOWER.charAt(c >> 4)).append(Formatter.LOWER.charAt(c & 0xF));
        }
    }
}
