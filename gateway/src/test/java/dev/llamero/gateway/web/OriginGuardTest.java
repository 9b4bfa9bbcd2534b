package dev.llamero.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginGuardTest {
    private final OriginGuard guard = new OriginGuard(() -> 18789, List.of("https://chat.example.org"));

    private static WritableHeaders<?> headers(String host, String origin) {
        WritableHeaders<?> headers = WritableHeaders.create();
        headers.set(HeaderNames.HOST, host);
        if (origin != null) {
            headers.set(HeaderNames.ORIGIN, origin);
        }
        return headers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:18789", "localhost:18789", "LocalHost:18789", "[::1]:18789", "chat.example.org"})
    void ourOwnNamesPass(String host) {
        assertThat(guard.refusal(headers(host, null))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "127.0.0.1",
                "127.0.0.1:80",
                "localhost:18789.evil.example",
                "127.0.0.1:18789 ",
                "0.0.0.0:18789",
                "chat.example.org:444",
                "xchat.example.org",
                ""
            })
    void otherNamesDoNot(String host) {
        assertThat(guard.refusal(headers(host, null)).orElseThrow()).contains("allowed-origins");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:18789",
                "http://localhost:18789",
                "http://[::1]:18789",
                "https://chat.example.org"
            })
    void ourOwnPagesPass(String origin) {
        assertThat(guard.refusal(headers("127.0.0.1:18789", origin))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "",
                "https://evil.example",
                "https://127.0.0.1:18789",
                "http://127.0.0.1:8080",
                "http://chat.example.org",
                "https://chat.example.org.evil.example",
                "file://"
            })
    void otherPagesDoNot(String origin) {
        assertThat(guard.refusal(headers("127.0.0.1:18789", origin))).isPresent();
    }

    @Test
    void twoHostsOrNoneDoNotPass() {
        WritableHeaders<?> two = WritableHeaders.create();
        two.set(HeaderNames.HOST, "127.0.0.1:18789", "evil.example");
        assertThat(guard.refusal(two)).isPresent();
        assertThat(guard.refusal(WritableHeaders.create())).isPresent();
    }
}
