package dev.llamero.proxy.http;

import dev.llamero.proxy.callers.Account;
import dev.llamero.proxy.callers.Accounts;
import dev.llamero.proxy.figures.PrometheusText;
import dev.llamero.proxy.pool.Upstream;
import dev.llamero.proxy.pool.UpstreamPool;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** {@code /metrics} of the admin listener, for Prometheus. Any thread; waits for nobody. */
public final class MetricsPage {
    private final CallRecords records;
    private final RunningCalls running;
    private final Accounts accounts;
    private final Supplier<Live> live;

    public MetricsPage(CallRecords records, RunningCalls running, Accounts accounts, Supplier<Live> live) {
        this.records = records;
        this.running = running;
        this.accounts = accounts;
        this.live = live;
    }

    byte[] page() {
        var out = new PrometheusText();
        records.write(out);
        UpstreamPool pool = live.get().pool();
        out.family("llamero_requests_running", "gauge", "Requests to models under way, those in line among them.")
                .sample("llamero_requests_running", "", running.count());
        out.family("llamero_queue_waiting", "gauge", "Requests that wait for a place at a model server.")
                .sample("llamero_queue_waiting", "", pool.waiting());
        upstreams(out, pool.upstreams());
        keys(out);
        return out.bytes();
    }

    private static void upstreams(PrometheusText out, List<Upstream> upstreams) {
        each(
                out,
                upstreams,
                "up",
                "gauge",
                "Whether its last look at health was good.",
                upstream -> upstream.health().up() ? 1 : 0);
        out.family("llamero_upstream_breaker", "gauge", "1 for the state that its breaker is in.");
        for (Upstream upstream : upstreams) {
            for (String state : List.of("closed", "open", "half_open")) {
                out.sample(
                        "llamero_upstream_breaker",
                        PrometheusText.labels("upstream", upstream.spec().name(), "state", state),
                        upstream.breakerState().equals(state) ? 1 : 0);
            }
        }
        each(out, upstreams, "in_flight", "gauge", "Calls under way.", Upstream::inFlight);
        each(out, upstreams, "calls_total", "counter", "Calls since it is known.", Upstream::calls);
        each(out, upstreams, "failures_total", "counter", "Calls that failed by its fault.", Upstream::failures);
    }

    private static void each(
            PrometheusText out,
            List<Upstream> upstreams,
            String name,
            String type,
            String help,
            ToDoubleFunction<Upstream> value) {
        out.family("llamero_upstream_" + name, type, help);
        for (Upstream upstream : upstreams) {
            out.sample(
                    "llamero_upstream_" + name,
                    PrometheusText.labels("upstream", upstream.spec().name()),
                    value.applyAsDouble(upstream));
        }
    }

    private void keys(PrometheusText out) {
        List<Account> all = accounts.all().stream()
                .filter(account -> !account.limits().isNone())
                .toList();
        out.family("llamero_key_running", "gauge", "Requests under way of a key with limits.");
        all.forEach(account -> out.sample("llamero_key_running", label(account), account.running()));
        out.family("llamero_key_tokens_today", "gauge", "Tokens that it has used today (UTC).");
        all.forEach(account -> out.sample("llamero_key_tokens_today", label(account), account.spentToday()));
        out.family("llamero_key_tokens_per_day", "gauge", "Its budget of a day.");
        all.stream()
                .filter(account -> account.limits().tokensPerDay() > 0)
                .forEach(account -> out.sample(
                        "llamero_key_tokens_per_day",
                        label(account),
                        account.limits().tokensPerDay()));
    }

    private static String label(Account account) {
        return PrometheusText.labels("key", account.id());
    }
}
