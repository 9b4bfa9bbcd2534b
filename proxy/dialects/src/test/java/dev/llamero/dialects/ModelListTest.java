package dev.llamero.dialects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ModelListTest {
    private static final String TAGS = "{\"models\":[{\"name\":\"qwen3:32b\",\"model\":\"qwen3:32b\","
            + "\"modified_at\":\"2026-11-23T23:11:15.292263385+01:00\",\"size\":1},"
            + "{\"name\":\"hf.co/someone/tiny:latest\",\"modified_at\":\"not a date\"}]}";

    @Test
    void tagsBecomeModels() {
        assertThat(text(list(TAGS).list()))
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"id\":\"qwen3:32b\",\"object\":\"model\","
                        + "\"created\":1795471875,\"owned_by\":\"library\"},{\"id\":\"hf.co/someone/tiny:latest\","
                        + "\"object\":\"model\",\"created\":0,\"owned_by\":\"someone\"}]}\n");
    }

    @Test
    void anEmptyStoreIsAnEmptyList() {
        assertThat(text(list("{\"models\":[]}").list())).isEqualTo("{\"object\":\"list\",\"data\":[]}\n");
        assertThat(text(list("{\"models\":null}").list())).isEqualTo("{\"object\":\"list\",\"data\":[]}\n");
    }

    @Test
    void oneModelIsFoundWithoutItsDefaultTagAndKeepsTheTypedId() {
        ModelList models = list(TAGS);
        assertThat(models.model("hf.co/someone/TINY"))
                .hasValueSatisfying(body -> assertThat(text(body)).contains("\"id\":\"hf.co/someone/TINY\""));
        assertThat(models.model("qwen3:32b")).isPresent();
        assertThat(models.model("qwen3")).isEmpty();
    }

    @Test
    void anotherAnswerIsRefused() {
        for (String body : new String[] {"<html>", "", "[]", "{\"models\":3}", "{\"data\":[]}"}) {
            assertThatThrownBy(() -> list(body)).as(body).isInstanceOf(DialectException.class);
        }
    }

    private static ModelList list(String tags) {
        return ModelList.read(tags.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
