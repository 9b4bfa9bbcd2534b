package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ModelRefTest {
    @Test
    void aSourceSuffixIsTakenOff() {
        assertThat(ModelRef.parse("x:Local")).isEqualTo(new ModelRef("x", false));
        assertThat(ModelRef.parse("x:cloud")).isEqualTo(new ModelRef("x", true));
        assertThat(ModelRef.parse("x:8b-cloud").cloud()).isTrue();
        assertThatThrownBy(() -> ModelRef.parse("x:local:cloud"))
                .hasMessage("use either :local or :cloud, not both: \"x:local:cloud\"");
    }
}
