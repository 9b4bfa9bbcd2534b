package dev.llamero.models.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownTemplatesTest {
    private static final KnownTemplates KNOWN = KnownTemplates.load();
    private static final String CHATML = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'"
            + " + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
            + "{{ '<|im_start|>assistant\n' }}{% endif %}";

    @Test
    void aTemplateThatDiffersInAFewCharactersIsKnown() {
        var named = KNOWN.nearest(CHATML.replace("message", "m")).orElseThrow();
        assertThat(named.name()).isEqualTo("chatml");
        assertThat(named.template()).startsWith("{{- range .Messages }}<|im_start|>");
        assertThat(named.parameters().orElseThrow())
                .isEqualTo("{\"stop\":[\"\\u003c|im_start|\\u003e\",\"\\u003c|im_end|\\u003e\"]}\n");
    }

    @Test
    void aTemplateOfItsOwnIsNot() {
        assertThat(KNOWN.nearest(CHATML + "x".repeat(100))).isEmpty();
        assertThat(KNOWN.nearest("")).isEmpty();
    }

    @Test
    void theDistanceIsLevenshteinsUpToTheLimit() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            int[] from = random.ints(random.nextInt(30), 0, 3).toArray();
            int[] to = random.ints(random.nextInt(30), 0, 3).toArray();
            int limit = 1 + random.nextInt(12);
            assertThat(KnownTemplates.distance(from, to, limit)).isEqualTo(Math.min(limit, plain(from, to)));
        }
    }

    private static int plain(int[] from, int[] to) {
        int[][] table = new int[from.length + 1][to.length + 1];
        for (int i = 0; i <= from.length; i++) {
            for (int j = 0; j <= to.length; j++) {
                if (i == 0 || j == 0) {
                    table[i][j] = i + j;
                } else {
                    int change = table[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                    table[i][j] = Math.min(change, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
                }
            }
        }
        return table[from.length][to.length];
    }
}
