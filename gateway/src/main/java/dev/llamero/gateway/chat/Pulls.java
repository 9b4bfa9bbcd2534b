package dev.llamero.gateway.chat;

import dev.llamero.gateway.chat.ChatEvent.ModelPull;
import dev.llamero.gateway.chat.ChatEvent.PullState;
import dev.llamero.gateway.upstream.InferenceClient;
import dev.llamero.gateway.upstream.PullCall;
import dev.llamero.gateway.upstream.UpstreamException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;

/**
 * Models that are being pulled, each on a virtual thread of its own, whoever looks. Any thread. All pages are told, at
 * most four times a second of one pull.
 */
public final class Pulls implements AutoCloseable {
    /** Pulls at once; more would only share the same line. */
    static final int RUNNING_MAX = 2;
    /** Pulls that are over and still shown. */
    static final int OVER_MAX = 10;

    private static final long TELL_NANOS = 250_000_000;

    private final InferenceClient inference;
    private final ChatEvent.Listener listener;
    private final SequencedMap<String, Pull> pulls = new LinkedHashMap<>();

    public Pulls(InferenceClient inference, ChatEvent.Listener listener) {
        this.inference = inference;
        this.listener = listener;
    }

    private static final class Pull {
        private final PullCall call;
        private ModelPull now;
        private long toldNanos;

        Pull(PullCall call, ModelPull now) {
            this.call = call;
            this.now = now;
        }
    }

    /** All that run, and the last ones that are over. */
    public synchronized List<ModelPull> all() {
        return pulls.values().stream().map(pull -> pull.now).toList();
    }

    /** Starts a pull; one that runs already is left alone. */
    public synchronized ModelPull start(String model) {
        Pull running = pulls.get(model);
        if (running != null && running.now.state() == PullState.RUNNING) {
            return running.now;
        }
        if (all().stream().filter(pull -> pull.state() == PullState.RUNNING).count() >= RUNNING_MAX) {
            throw new ChatException("BUSY", RUNNING_MAX + " models are being pulled already; wait, or stop one");
        }
        var pull = new Pull(
                inference.pull(model, UUID.randomUUID().toString()),
                new ModelPull(model, PullState.RUNNING, "", -1, -1, ""));
        pulls.remove(model);
        while (pulls.size() >= OVER_MAX + RUNNING_MAX) {
            pulls.values().stream()
                    .filter(over -> over.now.state() != PullState.RUNNING)
                    .findFirst()
                    .ifPresent(over -> pulls.remove(over.now.model()));
        }
        pulls.put(model, pull);
        tell(pull);
        Thread.ofVirtual().name("pull-" + model).start(() -> run(pull));
        return pull.now;
    }

    /** @return false if none of this model runs */
    public boolean stop(String model) {
        Pull pull;
        synchronized (this) {
            pull = pulls.get(model);
            if (pull == null || pull.now.state() != PullState.RUNNING) {
                return false;
            }
        }
        pull.call.cancel();
        return true;
    }

    private void run(Pull pull) {
        try {
            pull.call.run(progress -> progressed(pull, progress));
            ended(pull, pull.call.isCancelled() ? PullState.STOPPED : PullState.DONE, "");
        } catch (UpstreamException e) {
            ended(pull, PullState.FAILED, e.getMessage() + " " + e.remedy());
        }
    }

    private synchronized void progressed(Pull pull, PullCall.Progress progress) {
        pull.now = new ModelPull(
                pull.now.model(),
                PullState.RUNNING,
                progress.status(),
                progress.completedBytes(),
                progress.totalBytes(),
                "");
        if (System.nanoTime() - pull.toldNanos >= TELL_NANOS) {
            tell(pull);
        }
    }

    private synchronized void ended(Pull pull, PullState state, String error) {
        ModelPull last = pull.now;
        pull.now = new ModelPull(last.model(), state, last.status(), last.completedBytes(), last.totalBytes(), error);
        tell(pull);
    }

    private void tell(Pull pull) {
        pull.toldNanos = System.nanoTime();
        listener.happened("", pull.now);
    }

    @Override
    public void close() {
        List<Pull> running;
        synchronized (this) {
            running = List.copyOf(pulls.values());
        }
        running.forEach(pull -> pull.call.cancel());
    }
}
