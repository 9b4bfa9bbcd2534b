package dev.llamero.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoTextTest {
    @Test
    void quotedTextHasGosEscapes() {
        assertThat(GoText.quoted("<a>&b \"c\\")).isEqualTo("\"<a>&b \\\"c\\\\\"");
        assertThat(GoText.quoted("\0\u0007\n\u007f")).isEqualTo("\"\\x00\\a\\n\\x7f\"");
        assertThat(GoText.quoted("ä\u00a0\u200b\ufeff")).isEqualTo("\"ä\\u00a0\\u200b\\ufeff\"");
        assertThat(GoText.quoted("\uD83D\uDE00")).isEqualTo("\"\uD83D\uDE00\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00a0x\u3000", "\u2028x", "\u0085x\t\n", " x "})
    void everySpaceOfUnicodeIsTrimmed(String text) {
        assertThat(GoText.trimmed(text)).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u200bx", "\ufeffx"})
    void whatHasNoWidthIsNoSpace(String text) {
        assertThat(GoText.trimmed(text)).isEqualTo(text);
    }
}
