package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.proxy.callers.Standing;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a key has left, in the headers that its caller's clients know: {@code x-ratelimit-*} of OpenAI's,
 * {@code anthropic-ratelimit-*} of Anthropic's. Stateless.
 */
final class RateHeaders {
    private static final Names REQUESTS = Names.openAi("requests");
    private static final Names TOKENS = Names.openAi("tokens");
    private static final Names ANTHROPIC_REQUESTS = Names.anthropic("requests");
    private static final Names ANTHROPIC_TOKENS = Names.anthropic("tokens");
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3600;

    private record Names(HeaderName limit, HeaderName remaining, HeaderName reset) {
        static Names openAi(String what) {
            return new Names(
                    HeaderNames.create("x-ratelimit-limit-" + what),
                    HeaderNames.create("x-ratelimit-remaining-" + what),
                    HeaderNames.create("x-ratelimit-reset-" + what));
        }

        static Names anthropic(String what) {
            return new Names(
                    HeaderNames.create("anthropic-ratelimit-" + what + "-limit"),
                    HeaderNames.create("anthropic-ratelimit-" + what + "-remaining"),
                    HeaderNames.create("anthropic-ratelimit-" + what + "-reset"));
        }
    }

    private RateHeaders() {}

    /** Puts them on an answer that has not begun; nothing for a caller without limits. */
    static void put(Exchange exchange) {
        exchange.facts().caller().ifPresent(caller -> {
            if (!caller.key().limits().isNone()) {
                boolean anthropic = exchange.dialect() == CallerDialect.ANTHROPIC;
                Standing standing = caller.account().standing();
                standing.requests()
                        .ifPresent(left -> put(exchange.response(), anthropic ? ANTHROPIC_REQUESTS : REQUESTS, left));
                standing.tokens()
                        .ifPresent(left -> put(exchange.response(), anthropic ? ANTHROPIC_TOKENS : TOKENS, left));
            }
        });
    }

    private static void put(ServerResponse response, Names names, Standing.Left left) {
        boolean anthropic = names == ANTHROPIC_REQUESTS || names == ANTHROPIC_TOKENS;
        response.header(names.limit(), String.valueOf(left.limit()));
        response.header(names.remaining(), String.valueOf(left.remaining()));
        left.reset()
                .ifPresent(
                        wait -> response.header(names.reset(), anthropic ? moment(Instant.now(), wait) : span(wait)));
    }

    /** As Anthropic writes it, by RFC 3339: {@code 2026-11-25T14:10:00Z}, rounded up. */
    static String moment(Instant now, Duration wait) {
        return now.plus(wait)
                .plus(Duration.ofSeconds(1).minusNanos(1))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
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
        return String.valueOf(Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds()));
    }
}
