package dev.llamero.gateway.ws;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.gateway.chat.Attachment;
import dev.llamero.gateway.chat.ChatSettings;
import dev.llamero.gateway.chat.Chats;
import dev.llamero.gateway.chat.TurnTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Parameters of one request, checked one by one; what is wrong is a {@link ProtocolException} that names the field.
 *
 * @param id the request's
 */
record Fields(String id, JsonNode params) {
    static final int MODEL_CHARS_MAX = 200;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{8,64}");
    private static final int NAME_CHARS_MAX = 200;
    private static final int MEDIA_TYPE_CHARS_MAX = 100;
    private static final double MILLIS_MAX = Duration.ofDays(7).toMillis();

    String text(String name, int max) {
        JsonNode value = params.path(name);
        if (!value.isTextual()
                || value.textValue().isBlank()
                || value.textValue().length() > max) {
            throw new ProtocolException(id, name + " must be a text of 1 to " + max + " characters");
        }
        return value.textValue();
    }

    /** Text that may be blank, but not empty: a part of a file. */
    String part(String name, int max) {
        JsonNode value = params.path(name);
        if (!value.isTextual()
                || value.textValue().isEmpty()
                || value.textValue().length() > max) {
            throw new ProtocolException(id, name + " must be a text of 1 to " + max + " characters");
        }
        return value.textValue();
    }

    String model() {
        return params.path("model").asText("").isEmpty() ? "" : text("model", MODEL_CHARS_MAX);
    }

    String key(String name) {
        JsonNode value = params.path(name);
        if (!value.isTextual() || !KEY.matcher(value.textValue()).matches()) {
            throw new ProtocolException(id, name + " must be 8 to 64 letters, digits, dashes or underscores");
        }
        return value.textValue();
    }

    String oneOf(String name, String... words) {
        String value = params.path(name).asText("");
        if (!List.of(words).contains(value)) {
            throw new ProtocolException(id, name + " must be one of " + String.join(", ", words));
        }
        return value;
    }

    boolean flag(String name) {
        JsonNode value = params.path(name);
        if (!value.isBoolean()) {
            throw new ProtocolException(id, name + " must be true or false");
        }
        return value.booleanValue();
    }

    long number(String name, long fallback, long min, long max) {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return fallback;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw new ProtocolException(id, name + " must be a whole number from " + min + " to " + max);
        }
        return value.longValue();
    }

    /** A number that must be there. */
    long number(String name, long min, long max) {
        long value = number(name, Long.MIN_VALUE, min, max);
        if (value == Long.MIN_VALUE) {
            throw new ProtocolException(id, name + " must be a whole number from " + min + " to " + max);
        }
        return value;
    }

    /** What a page measured: numbers of milliseconds, -1 for what it did not see, in the order of what happened. */
    TurnTimes.Seen measured() {
        var seen = new TurnTimes.Seen(
                millis("sentMillis", 0),
                millis("ackMillis", -1),
                millis("firstMillis", -1),
                millis("firstPaintMillis", -1),
                millis("lastMillis", -1),
                millis("endedMillis", 0),
                millis("paintedMillis", 0),
                millis("busyMillis", 0),
                millis("offlineMillis", 0),
                millis("roundTripMillis", 0));
        if (seen.sentMillis() > seen.endedMillis() || seen.endedMillis() > seen.paintedMillis()) {
            throw new ProtocolException(id, "sentMillis, endedMillis and paintedMillis must not go down");
        }
        return seen;
    }

    private double millis(String name, int min) {
        JsonNode value = params.path(name);
        if (!value.isNumber() || !(value.doubleValue() >= min && value.doubleValue() <= MILLIS_MAX)) {
            throw new ProtocolException(id, name + " must be a number of milliseconds from " + min + " to a week");
        }
        return value.doubleValue();
    }

    ChatSettings settings() {
        JsonNode value = params.path("settings");
        if (!value.isObject()) {
            throw new ProtocolException(id, "settings must be an object");
        }
        try {
            return ChatSettings.checked(value);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(id, "settings." + e.getMessage());
        }
    }

    /**
     * Files of a question, bounded together with it.
     *
     * @param otherwise for a request without them
     */
    List<Attachment> attachments(String message, List<Attachment> otherwise) {
        JsonNode list = params.path("attachments");
        if (list.isMissingNode() || list.isNull()) {
            return otherwise;
        }
        if (!list.isArray() || list.size() > Attachment.MAX) {
            throw new ProtocolException(id, "attachments must be a list of at most " + Attachment.MAX + " files");
        }
        var files = new ArrayList<Attachment>();
        long chars = message.length();
        for (JsonNode node : list) {
            var fields = new Fields(id, node);
            var file = new Attachment(
                    fields.text("name", NAME_CHARS_MAX),
                    fields.text("mediaType", MEDIA_TYPE_CHARS_MAX),
                    fields.part("text", Chats.MESSAGE_CHARS_MAX));
            chars += file.text().length();
            files.add(file);
        }
        if (chars > Chats.MESSAGE_CHARS_MAX) {
            throw new ProtocolException(
                    id, "message and attachments together may have " + Chats.MESSAGE_CHARS_MAX + " characters");
        }
        return files;
    }
}
