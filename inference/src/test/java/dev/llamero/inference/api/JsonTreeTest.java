package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTreeTest {
    @Test
    void aWholeNumberThatIsNoLongIsADouble() throws Exception {
        var tree = JsonMapper.builder().build().readTree("[7, 1.5, 100000000000000000000, -9223372036854775808]");
        assertThat(JsonTree.plain(tree)).isEqualTo(List.of(7L, 1.5, 1e20, Long.MIN_VALUE));
    }
}
