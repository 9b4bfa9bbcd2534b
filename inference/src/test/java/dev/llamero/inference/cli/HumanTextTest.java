package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTextTest {
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1 KB",
        "1049, 1.0 KB",
        "4736598, 4.7 MB",
        "24999999, 24 MB",
        "98362745, 98 MB",
        "4700000000, 4.7 GB",
        "2000000000000, 2 TB",
        "3000000000000000, 3000 TB"
    })
    void sizesAreDecimalAndCutAboveTen(long bytes, String text) {
        assertThat(HumanText.size(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.4S, Less than a second ago",
        "PT1.9S, 1 second ago",
        "PT59S, 59 seconds ago",
        "PT60S, About a minute ago",
        "PT59M59S, 59 minutes ago",
        "PT60M, About an hour ago",
        "PT47H, 47 hours ago",
        "PT48H, 2 days ago",
        "P13D, 13 days ago",
        "P14D, 2 weeks ago",
        "P60D, 2 months ago",
        "P730D, 2 years ago"
    })
    void pastTimesHaveOllamasWords(Duration since, String text) {
        assertThat(HumanText.ago(NOW.minus(since).toString(), NOW)).isEqualTo(text);
    }

    @Test
    void futureAndMissingTimesAreWorded() {
        assertThat(HumanText.ago("2026-11-25T11:03:00+01:00", NOW)).isEqualTo("3 minutes from now");
        assertThat(HumanText.ago("", NOW)).isEqualTo("Never");
        assertThat(HumanText.ago("0001-01-01T00:00:00Z", NOW)).isEqualTo("Never");
        assertThat(HumanText.until("2026-11-25T10:04:59.5Z", NOW)).isEqualTo("4 minutes from now");
        assertThat(HumanText.until("2026-11-25T09:59:59Z", NOW)).isEqualTo("Stopping...");
        assertThat(HumanText.until("2318-01-01T00:00:00Z", NOW)).isEqualTo("Forever");
    }

    @ParameterizedTest
    @CsvSource({
        "831061, 831.061µs",
        "1480000, 1.48ms",
        "21148000, 21.148ms",
        "999, 999ns",
        "2000000000, 2s",
        "61500000000, 1m1.5s",
        "3600000000000, 1h0m0s"
    })
    void durationsAreAsGoPrintsThem(long nanos, String text) {
        assertThat(HumanText.duration(nanos)).isEqualTo(text);
    }

    @Test
    void processorSaysWhereTheWeightsLie() {
        assertThat(PsCommand.processor(100, 0)).isEqualTo("100% CPU");
        assertThat(PsCommand.processor(100, 100)).isEqualTo("100% GPU");
        assertThat(PsCommand.processor(1_000, 274)).isEqualTo("73%/27% CPU/GPU");
        assertThat(PsCommand.processor(100, 101)).isEqualTo("Unknown");
    }
}
