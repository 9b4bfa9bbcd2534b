package dev.llamero.proxy.http;

import dev.llamero.proxy.callers.Standing;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/** What a key has left, in the headers that OpenAI's clients know: {@code x-ratelimit-*}. Stateless. */
final class RateHeaders {
    private static final Names REQUESTS = new Names("requests");
    private static final Names TOKENS = new Names("tokens");
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3600;

    private record Names(HeaderName limit, HeaderName remaining, HeaderName reset) {
        Names(String what) {
            this(
                    HeaderNames.create("x-ratelimit-limit-" + what),
                    HeaderNames.create("x-ratelimit-remaining-" + what),
                    HeaderNames.create("x-ratelimit-reset-" + what));
        }
    }

    private RateHeaders() {}

    /** Puts them on an answer that has not begun; nothing for a caller without limits. */
    static void put(Exchange exchange) {
        exchange.facts().caller().ifPresent(caller -> {
            if (!caller.key().limits().isNone()) {
                Standing standing = caller.account().standing();
                standing.requests().ifPresent(left -> put(exchange.response(), REQUESTS, left));
                standing.tokens().ifPresent(left -> put(exchange.response(), TOKENS, left));
            }
        });
    }

    private static void put(ServerResponse response, Names names, Standing.Left left) {
        response.header(names.limit(), String.valueOf(left.limit()));
        response.header(names.remaining(), String.valueOf(left.remaining()));
        left.reset().ifPresent(wait -> response.header(names.reset(), span(wait)));
    }

    /** As OpenAI writes it: {@code 6m0s}, {@code 1.5s}, {@code 20ms}. */
    static String span(Duration wait) {
        long millis = (wait.toNanos() + 999_999) / 1_000_000;
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = (millis + 999) / 1000;
        var text = new StringBuilder();
        if (seconds >= SECONDS_PER_HOUR) {
            text.append(seconds / SECONDS_PER_HOUR).append('h');
        }
        if (seconds >= SECONDS_PER_MINUTE) {
            text.append(seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE).append('m');
        }
        return text.append(seconds % SECONDS_PER_MINUTE).append('s').toString();
    }

    /** Whole seconds for Retry-After, rounded up: a client that waits so long does not come too early. */
    static String wholeSeconds(Duration wait) {
        return String.valueOf(Math.max(1, (wait.toMillis() + 999) / 1000));
    }
}
