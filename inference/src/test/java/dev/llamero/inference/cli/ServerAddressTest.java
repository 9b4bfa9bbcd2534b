package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerAddressTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
        '',                         http://127.0.0.1:11434
        ' "example.org" ',          http://example.org:11434
        example.org:56789,          http://example.org:56789
        http://example.org,         http://example.org:80
        https://example.org,        https://example.org:443
        https://example.org/a/b/,   https://example.org:443/a/b
        :8000,                      http://127.0.0.1:8000
        0.0.0.0,                    http://127.0.0.1:11434
        0.0.0.0:8000,               http://127.0.0.1:8000
        [::]:8000,                  http://[::1]:8000
        [::1],                      http://[::1]:11434
        example.org:66000,          http://example.org:11434
        example.org:x,              http://example.org:11434
        """)
    void formsOfOllamaHost(String text, String address) {
        assertThat(ServerAddress.of(Map.of("OLLAMA_HOST", text))).hasToString(address);
    }
}
