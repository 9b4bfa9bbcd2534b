package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "5m, 300000000000",
        "1h30m, 5400000000000",
        ".5s, 500000000",
        "1.s, 1000000000",
        "+1.5h, 5400000000000",
        "1us, 1000",
        "1\u00b5s, 1000",
        "1\u03bcs, 1000",
        "007ns, 7",
        "0.9ns, 0",
        "2562047h47m16.854775807s, 9223372036854775807",
        "9223372036854775807ns, 9223372036854775807"
    })
    void aDurationIsCountedToTheNanosecond(String text, long nanos) {
        assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @CsvSource({"-1ns", "-5m", "-2562047h47m16.854775808s"})
    void belowZeroIsForEver(String text) {
        assertThat(GoDuration.parse(text)).isEqualTo(GoDuration.FOREVER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        2562047h47m16.854775808s  | time: invalid duration "2562047h47m16.854775808s"
        -2562047h47m16.854775809s | time: invalid duration "-2562047h47m16.854775809s"
        99999999999999999999s     | time: invalid duration "99999999999999999999s"
        .s                        | time: invalid duration ".s"
        m                         | time: invalid duration "m"
        -                         | time: invalid duration "-"
        1h-2m                     | time: unknown unit "h-" in duration "1h-2m"
        10                        | time: missing unit in duration "10"
        1.2.3s                    | time: missing unit in duration "1.2.3s"
        1d                        | time: unknown unit "d" in duration "1d"
        5M                        | time: unknown unit "M" in duration "5M"
        \u0663s                   | time: invalid duration "\\xd9\\xa3s"
        """)
    void whatIsNoneIsRefusedInGosWords(String text, String message) {
        assertThatThrownBy(() -> GoDuration.parse(text))
                .isInstanceOf(BadJsonException.class)
                .hasMessage(message);
    }

    @Test
    void aMegabyteOfDurationsIsReadInOnePass() {
        assertThat(GoDuration.parse("1ns".repeat(1 << 20))).isEqualTo(Duration.ofNanos(1 << 20));
        String digits = "9".repeat(1 << 20);
        assertThatThrownBy(() -> GoDuration.parse(digits + "s")).isInstanceOf(BadJsonException.class);
        assertThat(GoDuration.parse("0." + digits + "s")).isEqualTo(Duration.ofNanos(999_999_999));
    }
}
