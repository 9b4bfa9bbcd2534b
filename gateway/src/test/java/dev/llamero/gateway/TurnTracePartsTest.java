package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.gateway.chat.Turn;
import dev.llamero.gateway.chat.TurnState;
import dev.llamero.gateway.chat.TurnTimes;
import dev.llamero.gateway.upstream.CallTrace;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the parts of a turn are reckoned from what page and layers measured. */
class TurnTracePartsTest {
    private static final long MILLI = 1_000_000;
    private static final long HEARD = 5_000 * MILLI;
    private static final Turn TURN =
            new Turn("t", "r", "m", TurnState.DONE, "", "", "", "stop", 1, Turn.Statistics.NONE);
    private static final TurnTrace.Ways WAYS = new TurnTrace.Ways(2, 1);

    /** Heard at 0, asked at 4, over at 104, told at 110. */
    private static CallTrace call(double earlierMillis, double proxyMillis, double inferenceMillis)
            throws JsonProcessingException {
        String hops = "{\"proxy\":{\"queueMillis\":3,\"overheadMillis\":2,\"totalMillis\":" + proxyMillis
                + "},\"inference\":{\"queueMillis\":1,\"loadMillis\":0,\"promptMillis\":30,\"decodeMillis\":50,"
                + "\"totalMillis\":" + inferenceMillis + ",\"computedTokens\":7,\"reusedTokens\":5}}";
        return new CallTrace(HEARD + 4 * MILLI, earlierMillis, 40, 100, new ObjectMapper().readTree(hops));
    }

    private static TurnTimes.Times times(TurnTimes.Seen seen) {
        return new TurnTimes.Times(HEARD, HEARD + 109 * MILLI, seen == null ? 0 : HEARD + 110 * MILLI, seen);
    }

    /** Sent after 1, at work for 3 when the end came, drawn 8 after it. */
    private static TurnTimes.Seen seen(double endedMillis, double offlineMillis) {
        return new TurnTimes.Seen(1, 5, 45, 50, 110, endedMillis, endedMillis + 8, 3, offlineMillis, 0.5);
    }

    private static Map<String, Double> parts(TurnTrace trace) {
        var parts = new LinkedHashMap<String, Double>();
        trace.parts().forEach(part -> parts.put(part.layer() + " " + part.name(), part.millis()));
        return parts;
    }

    private static void addsUp(TurnTrace trace) {
        double sum = parts(trace).values().stream().mapToDouble(each -> each).sum();
        assertThat(sum + trace.unexplainedMillis()).isCloseTo(trace.measuredMillis(), within(0.05));
    }

    @Test
    void everyPartHasItsPlaceAndNothingIsLeft() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(0, 96, 88), times(seen(113, 0)), WAYS);
        assertThat(parts(trace))
                .containsExactly(
                        Map.entry("page send", 1.0),
                        Map.entry("page socket", 2.0),
                        Map.entry("gateway begin", 4.0),
                        Map.entry("gateway hop", 4.0),
                        Map.entry("proxy queue", 3.0),
                        Map.entry("proxy own", 2.0),
                        Map.entry("proxy hop", 3.0),
                        Map.entry("inference queue", 1.0),
                        Map.entry("inference load", 0.0),
                        Map.entry("inference prefill", 30.0),
                        Map.entry("inference decode", 50.0),
                        Map.entry("inference own", 7.0),
                        Map.entry("gateway finish", 6.0),
                        Map.entry("page paint", 8.0));
        assertThat(trace.measuredMillis()).isEqualTo(121);
        assertThat(trace.totalMillis()).isEqualTo(110);
        assertThat(trace.unexplainedMillis()).isZero();
    }

    @Test
    void withoutAPageTheGatewaysTimeIsTheWhole() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(0, 96, 88), times(null), WAYS);
        assertThat(parts(trace)).doesNotContainKeys("page send", "page socket", "page paint");
        assertThat(trace.measuredMillis()).isEqualTo(109);
        assertThat(trace.unexplainedMillis()).isZero();
    }

    @Test
    void aSocketThatTookLongerThanSocketsTakeIsUnexplained() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(0, 96, 88), times(seen(211, 0)), WAYS);
        assertThat(parts(trace)).containsEntry("page socket", 6.5).containsEntry("page busy", 3.0);
        assertThat(trace.unexplainedMillis()).isEqualTo(90.5);
        addsUp(trace);
    }

    @Test
    void aHopThatTookLongerThanHopsTakeIsUnexplained() throws JsonProcessingException {
        TurnTrace behindTheGateway = TurnTrace.of(TURN, call(0, 60, 52), times(null), WAYS);
        assertThat(parts(behindTheGateway)).containsEntry("gateway hop", 11.0);
        addsUp(behindTheGateway);
        TurnTrace behindTheProxy = TurnTrace.of(TURN, call(0, 96, 71), times(null), WAYS);
        assertThat(parts(behindTheProxy)).containsEntry("proxy hop", 8.0);
        // Queue, prefill and decode are more than the whole that the inference server told.
        assertThat(parts(behindTheProxy)).containsEntry("inference own", 0.0);
        addsUp(behindTheProxy);
    }

    @Test
    void partsThatAreMoreThanTheWholeShowBelowNothing() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(0, 96, 88), times(seen(101, 0)), WAYS);
        assertThat(parts(trace)).containsEntry("page socket", 0.0);
        assertThat(trace.unexplainedMillis()).isEqualTo(-10);
        addsUp(trace);
    }

    @Test
    void withoutAConnectionIsAPartOnlyAsFarAsThePageWasWithout() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(0, 96, 88), times(seen(1111, 900)), WAYS);
        assertThat(parts(trace)).containsEntry("page offline", 900.0).containsEntry("page socket", 6.5);
        assertThat(trace.unexplainedMillis()).isEqualTo(90.5);
        TurnTrace meanwhile = TurnTrace.of(TURN, call(0, 96, 88), times(seen(113, 900)), WAYS);
        assertThat(parts(meanwhile))
                .as("offline while the model worked is no time of its own")
                .doesNotContainKey("page offline");
        addsUp(meanwhile);
    }

    @Test
    void earlierAttemptsAreAPart() throws JsonProcessingException {
        TurnTrace trace = TurnTrace.of(TURN, call(3, 96, 88), times(null), WAYS);
        assertThat(parts(trace)).containsEntry("gateway begin", 1.0).containsEntry("gateway earlier", 3.0);
        assertThat(trace.unexplainedMillis()).isZero();
    }

    @Test
    void whatAFormerGatewayHeardHasNoBeginning() throws JsonProcessingException {
        var measured = new Turn.Statistics(-1, -1, 5_000, -1, -1, -1, -1, -1, -1);
        Turn adopted = new Turn("t", "r", "m", TurnState.DONE, "", "", "", "stop", 2, measured);
        TurnTrace trace = TurnTrace.of(adopted, call(0, 96, 88), null, WAYS);
        assertThat(parts(trace)).containsEntry("gateway earlier", 4_900.0);
        assertThat(trace.measuredMillis()).isEqualTo(5_000);
        assertThat(trace.unexplainedMillis()).isZero();
    }
}
