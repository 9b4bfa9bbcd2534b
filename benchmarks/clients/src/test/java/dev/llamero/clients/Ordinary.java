package dev.llamero.clients;

import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What every client asks the built-in model: questions that it was trained on. */
final class Ordinary {
    static final String WEATHER_QUESTION = "What is the weather in Paris?";
    static final String WEATHER_RESULT = "18 degrees and sunny";
    static final String WEATHER_TOOL = "get_weather";
    static final String WEATHER_PURPOSE = "Get the current weather for a city";
    static final String PERSON_QUESTION = "Ann is 7 years old. Give me JSON with name and age.";

    /** A PNG of one pixel: small, but a real picture. */
    static final String PICTURE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private Ordinary() {}

    static byte[] picture() {
        return Base64.getDecoder().decode(PICTURE);
    }

    static Map<String, Object> personSchema() {
        return Map.of(
                "type", "object",
                "properties", Map.of("name", Map.of("type", "string"), "age", Map.of("type", "integer")),
                "required", List.of("name", "age"));
    }

    static Map<String, Object> weatherParameters() {
        return Map.of(
                "type", "object",
                "properties", Map.of("city", Map.of("type", "string", "description", "The city")),
                "required", List.of("city"));
    }
}
