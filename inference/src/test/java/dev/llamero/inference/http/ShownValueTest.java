package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShownValueTest {
    @Test
    void numbersAreGosDoubles() {
        assertThat(
                        List.of(42L, 0.1, 1e-7, 131_072L, 1_048_576L, 123_456_789L, -1L, 100_000_000_000_000_000_000.0)
                                .stream()
                                .map(ShownValue::plain))
                .containsExactly("42", "0.1", "1e-07", "131072", "1.048576e+06", "1.23456789e+08", "-1", "1e+20");
    }

    @Test
    void textsListsAndMapsAreWrittenOut() {
        List<Object> list = Arrays.asList("a", 1L, null, Map.of());
        assertThat(ShownValue.plain(list)).isEqualTo("[a 1 <nil> map[]]");
        assertThat(ShownValue.literal(list))
                .isEqualTo("[]interface {}{\"a\", 1, interface {}(nil), map[string]interface {}{}}");
        assertThat(ShownValue.literal("a\"\n\u00a0ä")).isEqualTo("\"a\\\"\\n\\u00a0ä\"");
        assertThat(ShownValue.plain(Map.of("b", true, "a", "x"))).isEqualTo("map[a:x b:true]");
        assertThat(ShownValue.literal(null)).isEqualTo("<nil>");
    }
}
