package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelOptionsTest {
    @Test
    void laterLayersWinKeyByKeyAndListsAreReplaced() {
        var options = ModelOptions.merge(
                Map.of("stop", List.of("a", "b"), "temperature", 0.5, "top_k", 3L),
                Map.of("stop", List.of("c", ""), "top_k", 4L));
        assertThat(options.stops()).containsExactly("c");
        assertThat(options.real("temperature", 1)).isEqualTo(0.5f);
        assertThat(options.integer("top_k", 0)).isEqualTo(4);
    }

    @Test
    void unknownNamesAndNullsAreIgnoredAndFractionsCut() {
        Map<String, Object> request = new HashMap<>();
        request.put("nonsense", "x");
        request.put("temperature", null);
        request.put("num_predict", 40.7);
        request.put("seed", 1e30);
        var options = ModelOptions.merge(request);
        assertThat(options.real("temperature", 0.8f)).isEqualTo(0.8f);
        assertThat(options.integer("num_predict", 0)).isEqualTo(40);
        assertThat(options.integer("seed", 0)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void wrongTypesAreRefusedWithOllamasTextAndStatus() {
        assertRefused("temperature", "hot", "option \"temperature\" must be of type float32");
        assertRefused("num_ctx", "4k", "option \"num_ctx\" must be of type integer");
        assertRefused("use_mmap", 1L, "option \"use_mmap\" must be of type boolean");
        assertRefused("stop", "x", "option \"stop\" must be of type array");
        assertRefused("stop", Arrays.asList("x", 1L), "option \"stop\" must be of an array of strings");
    }

    private static void assertRefused(String name, Object value, String message) {
        assertThatThrownBy(() -> ModelOptions.merge(Map.of(name, value)))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(500))
                .hasMessage(message);
    }
}
