package dev.llamero.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.figures.PrometheusText;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class CallRecordsTest {
    @Test
    void aLogThatHangsDelaysNoRequestAndTellsHowManyLinesItLost() throws Exception {
        var lines = new CopyOnWriteArrayList<String>();
        var writing = new CountDownLatch(1);
        var goOn = new Semaphore(0);
        int requests = 20_000;
        try (var records = new CallRecords(line -> {
            writing.countDown();
            goOn.acquireUninterruptibly();
            lines.add(line);
        })) {
            records.ended(facts(0));
            writing.await();
            for (int i = 1; i < requests; i++) {
                records.ended(facts(i));
            }
            goOn.release(requests);
        }
        assertThat(lines).hasSize(1 + 8_192);
        assertThat(lines.getFirst()).contains("\"id\":\"r0\"");
        assertThat(lines.getLast()).contains("\"id\":\"r8192\"");
    }

    @Test
    void whatIsLostStillCounts() throws Exception {
        var goOn = new CountDownLatch(1);
        String page;
        try (var records = new CallRecords(_ -> await(goOn))) {
            for (int i = 0; i < 10_000; i++) {
                records.ended(facts(i));
            }
            page = page(records);
            goOn.countDown();
        }
        assertThat(page)
                .contains("llamero_requests_total{model=\"\",key=\"\",operation=\"\",status=\"404\",ended_by=\"proxy\"}"
                        + " 10000\n");
        List<String> lost = page.lines()
                .filter(line -> line.startsWith("llamero_access_lines_lost_total"))
                .toList();
        assertThat(Integer.parseInt(lost.getFirst().split(" ")[1])).isBetween(10_000 - 8_193, 10_000 - 8_192);
    }

    private static String page(CallRecords records) {
        var out = new PrometheusText();
        records.write(out);
        return new String(out.bytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static CallFacts facts(int number) {
        var facts = new CallFacts("r" + number, new TraceContext("t", "s", "", "00", ""), "GET", "/nothing");
        facts.status(404);
        facts.endedBy(CallFacts.End.PROXY);
        return facts;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
