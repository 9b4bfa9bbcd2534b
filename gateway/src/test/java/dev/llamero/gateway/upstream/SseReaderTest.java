package dev.llamero.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseReaderTest {
    private static final String STREAM = "\uFEFF: hello\r\n\r\nevent: x\ndata: {\"a\":\"你好 🦙\"}\nid: 7\n\n"
            + "data:no space\r\rdata: two\r\ndata: lines\r\n\r\ndata\n\nretry: 5\n\ndata: [DONE]\n\n"
            + "data: never finished\n";
    private static final List<String> EVENTS = List.of("{\"a\":\"你好 🦙\"}", "no space", "two\nlines", "", "[DONE]");

    private static List<String> read(byte[] bytes, int... cuts) {
        var events = new ArrayList<String>();
        var reader = new SseReader(events::add);
        int from = 0;
        for (int cut : cuts) {
            reader.feed(bytes, from, cut - from);
            from = cut;
        }
        reader.feed(bytes, from, bytes.length - from);
        return events;
    }

    @Test
    void anyCutGivesTheSameEvents() {
        byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                assertThat(read(bytes, first, second)).isEqualTo(EVENTS);
            }
        }
    }

    @Test
    void oneByteAtATimeGivesTheSameEvents() {
        byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
        int[] cuts = new int[bytes.length];
        java.util.Arrays.setAll(cuts, i -> i);
        assertThat(read(bytes, cuts)).isEqualTo(EVENTS);
    }

    @Test
    void noiseNeverDoesMoreThanRefuse() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        byte[] alphabet = "data: \r\n\n:x\u00e9{}".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            int cut = random.nextInt(bytes.length + 1);
            assertThat(read(bytes, cut)).as("seed " + seed).isEqualTo(read(bytes));
        }
    }

    @Test
    void anEventWithoutAnEndIsRefusedAtTheBound() {
        var reader = new SseReader(event -> {});
        byte[] part = new byte[1 << 16];
        java.util.Arrays.fill(part, (byte) 'a');
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 17; i++) {
                        reader.feed(part, 0, part.length);
                    }
                })
                .isInstanceOf(UpstreamException.class)
                .hasMessageContaining("larger than 1024 KiB");
    }

    @Test
    void manyLinesOfOneEventAreBoundedToo() {
        var reader = new SseReader(event -> {});
        byte[] line = ("data: " + "a".repeat(1000) + "\n").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 2000; i++) {
                        reader.feed(line, 0, line.length);
                    }
                })
                .isInstanceOf(UpstreamException.class);
    }
}
