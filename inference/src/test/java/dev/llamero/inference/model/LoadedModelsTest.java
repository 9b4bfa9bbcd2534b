package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.api.GoDuration;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.models.ToyModel;
import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoadedModelsTest {
    private static final LoadOptions SMALL = new LoadOptions(1_024, -1, 0, 512, true);
    private static final LoadOptions LARGE = new LoadOptions(2_048, -1, 0, 512, true);

    @TempDir
    Path folder;

    private final FakeFactory factory = new FakeFactory();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private LoadedModels models;
    private LocalModel first;
    private LocalModel second;
    private LocalModel third;

    @BeforeEach
    void lay() throws IOException {
        ToyModel.write(folder.resolve("a.gguf"), 1);
        Files.copy(folder.resolve("a.gguf"), folder.resolve("b.gguf"));
        Files.copy(folder.resolve("a.gguf"), folder.resolve("c.gguf"));
        first = model("a");
        second = model("b");
        third = model("c");
        models = with(2, 8);
    }

    @AfterEach
    void stop() {
        factory.gate.release(1_000);
        models.close();
        threads.shutdownNow();
    }

    private LoadedModels with(int modelsMax, int queueMax) {
        return new LoadedModels(factory, new LoadedModels.Limits(modelsMax, queueMax, Duration.ofMinutes(5)));
    }

    private LocalModel model(String name) throws IOException {
        return new LocalModel(
                ModelName.inLibrary(name).orElseThrow(),
                folder.resolve(name + ".gguf"),
                false,
                1,
                () -> "0",
                Instant.EPOCH,
                "",
                LocalModel.Layers.NONE,
                ModelHeader.read(folder.resolve(name + ".gguf")));
    }

    /** Loads only when the gate is open; a factory that is always quick would hide requests that load twice. */
    private static final class FakeFactory implements EngineFactory {
        final Semaphore gate = new Semaphore(0);
        final Semaphore begun = new Semaphore(0);
        final List<FakeEngine> engines = new CopyOnWriteArrayList<>();
        volatile int failures;
        volatile String failure = "no memory for ";
        /** How many models there is memory for. */
        volatile int places = 100;

        @Override
        public LoadedEngine load(LocalModel model, LoadOptions options, Progress progress) {
            begun.release();
            while (!tryOpen()) {
                if (!progress.goesOn(0.5f)) {
                    throw new EngineException.Closed("stopped");
                }
            }
            if (failures > 0) {
                failures--;
                throw new EngineException.Unloadable(failure + model.name().display(), null);
            }
            var engine = new FakeEngine(model, options);
            engines.add(engine);
            return new LoadedEngine(engine, gbnf -> null);
        }

        @Override
        public boolean fitsBeside(LocalModel model, LoadOptions options) {
            return engines.stream()
                            .filter(engine -> engine.closed.getCount() > 0)
                            .count()
                    < places;
        }

        private boolean tryOpen() {
            try {
                return gate.tryAcquire(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new EngineException.Closed("interrupted");
            }
        }
    }

    private static final class FakeEngine implements Engine {
        final LocalModel model;
        final LoadOptions options;
        final java.util.concurrent.CountDownLatch closed = new java.util.concurrent.CountDownLatch(1);

        FakeEngine(LocalModel model, LoadOptions options) {
            this.model = model;
            this.options = options;
        }

        boolean awaitClosed() throws InterruptedException {
            return closed.await(20, TimeUnit.SECONDS);
        }

        @Override
        public Generation submit(GenerationRequest request) {
            throw new IllegalStateException("nothing is generated here");
        }

        @Override
        public Tokenizer tokenizer() {
            throw new IllegalStateException("nothing is tokenized here");
        }

        @Override
        public EngineInfo info() {
            return new EngineInfo("fake", options.contextTokens(), 1, 1, 0);
        }

        @Override
        public Load load() {
            return new Load(0, 0);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private LoadedModels.Lease acquire(LocalModel model, LoadOptions options, Duration keepAlive) throws Exception {
        return models.acquire(model, options, keepAlive, Caller.STAYS);
    }

    @Test
    void oneLoadServesAllWhoWaitForIt() throws Exception {
        var waiting = new ArrayList<Future<LoadedModels.Lease>>();
        for (int i = 0; i < 5; i++) {
            waiting.add(threads.submit((Callable<LoadedModels.Lease>) () -> acquire(first, SMALL, null)));
        }
        factory.gate.release(5);
        for (var lease : waiting) {
            assertThat(lease.get().loaded().engine()).isSameAs(factory.engines.getFirst());
        }
        assertThat(factory.engines).hasSize(1);
    }

    @Test
    void otherOptionsReloadAModelOnceItIsIdle() throws Exception {
        factory.gate.release(2);
        var lease = acquire(first, SMALL, null);
        var next = threads.submit((Callable<LoadedModels.Lease>) () -> acquire(first, LARGE, null));
        assertThat(factory.engines.getFirst().closed.getCount()).isEqualTo(1);
        lease.close();
        assertThat(next.get().loaded().engine().info().contextTokens()).isEqualTo(2_048);
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
    }

    @Test
    void twoModelsStayAndAThirdPushesTheShorterLivedIdleOneOut() throws Exception {
        factory.gate.release(3);
        acquire(first, SMALL, Duration.ofMinutes(10)).close();
        acquire(second, SMALL, Duration.ofMinutes(1)).close();
        assertThat(models.rows()).extracting(row -> row.model().name().model()).containsExactly("a", "b");
        acquire(third, SMALL, null).close();
        assertThat(factory.engines.get(1).awaitClosed()).isTrue();
        assertThat(models.rows()).extracting(row -> row.model().name().model()).containsExactly("a", "c");
    }

    @Test
    void aModelForWhichThereIsNoMemoryPushesIdleOnesOutBeforeItLoads() throws Exception {
        models.close();
        models = with(3, 8);
        factory.gate.release(3);
        acquire(first, SMALL, null).close();
        acquire(second, SMALL, null).close();
        factory.places = 1;
        acquire(third, SMALL, null).close();
        assertThat(factory.engines.get(0).awaitClosed()).isTrue();
        assertThat(factory.engines.get(1).awaitClosed()).isTrue();
        assertThat(models.rows()).extracting(row -> row.model().name().model()).containsExactly("c");
    }

    @Test
    void onlyAsManyGoAsAreNeededTheOneUnusedForLongestFirst() throws Exception {
        models.close();
        models = with(3, 8);
        factory.gate.release(3);
        acquire(first, SMALL, null).close();
        acquire(second, SMALL, null).close();
        factory.places = 2;
        acquire(third, SMALL, null).close();
        assertThat(factory.engines.get(0).awaitClosed()).isTrue();
        assertThat(factory.engines.get(1).closed.getCount()).isEqualTo(1);
    }

    @Test
    void aModelWithoutMemoryWaitsWhileTheOthersAreBusyAndIsLoadedOnceOneIsDone() throws Exception {
        factory.gate.release(2);
        var lease = acquire(first, SMALL, null);
        factory.places = 1;
        var next = threads.submit((Callable<LoadedModels.Lease>) () -> acquire(second, SMALL, null));
        assertThatThrownBy(() -> next.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        lease.close();
        next.get(20, TimeUnit.SECONDS).close();
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
    }

    @Test
    void aModelThatNeverFitsIsLoadedAlone() throws Exception {
        factory.places = 0;
        factory.gate.release(2);
        acquire(first, SMALL, null).close();
        acquire(second, SMALL, null).close();
        assertThat(models.rows()).extracting(row -> row.model().name().model()).containsExactly("b");
    }

    @Test
    void aBusyModelIsNotPushedOut() throws Exception {
        models.close();
        models = with(1, 8);
        factory.gate.release(2);
        var lease = acquire(first, SMALL, null);
        var next = threads.submit((Callable<LoadedModels.Lease>) () -> acquire(second, SMALL, null));
        assertThatThrownBy(() -> next.get(200, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        lease.close();
        assertThat(next.get().loaded().engine()).isSameAs(factory.engines.get(1));
    }

    @Test
    void theKeepAliveSticksAndZeroUnloadsAtTheEnd() throws Exception {
        factory.gate.release(1);
        acquire(first, SMALL, GoDuration.FOREVER).close();
        acquire(first, SMALL, null).close();
        assertThat(models.rows().getFirst().expires()).isAfter(Instant.now().plus(Duration.ofDays(100 * 365)));
        var lease = acquire(first, SMALL, Duration.ZERO);
        assertThat(models.rows()).hasSize(1);
        lease.close();
        assertThat(models.rows()).isEmpty();
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
    }

    @Test
    void anIdleModelExpires() throws Exception {
        factory.gate.release(1);
        acquire(first, SMALL, Duration.ofMillis(50)).close();
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
        assertThat(models.rows()).isEmpty();
    }

    @Test
    void anUnloadWaitsForTheRunningRequest() throws Exception {
        factory.gate.release(1);
        var lease = acquire(first, SMALL, null);
        models.unload(first);
        assertThat(factory.engines.getFirst().closed.getCount()).isEqualTo(1);
        lease.close();
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
    }

    @Test
    void tooManyWaitingAreRefused() throws Exception {
        models.close();
        models = with(2, 1);
        var loading = threads.submit((Callable<LoadedModels.Lease>) () -> acquire(first, SMALL, null));
        factory.begun.acquire();
        assertThatThrownBy(() -> acquire(second, SMALL, null)).isInstanceOf(EngineException.Busy.class);
        factory.gate.release();
        loading.get().close();
    }

    @Test
    void aCallerWhoLeavesStopsTheLoadItCaused() throws Exception {
        var caller = new FakeCaller();
        var loading = threads.submit((Callable<LoadedModels.Lease>) () -> models.acquire(first, SMALL, null, caller));
        factory.begun.acquire();
        caller.leave();
        assertThatThrownBy(loading::get).hasCauseInstanceOf(EngineException.Closed.class);
        factory.gate.release();
        assertThat(acquire(first, SMALL, null).loaded()).isNotNull();
    }

    @Test
    void aLoadThatFailsIsTriedOnceMoreWithoutTheIdleModels() throws Exception {
        factory.gate.release(3);
        acquire(first, SMALL, null).close();
        factory.failures = 1;
        acquire(second, SMALL, null).close();
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
        assertThat(models.rows()).hasSize(1);
    }

    @Test
    void aModelWhoseEngineEndedIsLoadedAnew() throws Exception {
        factory.gate.release(2);
        try (var lease = acquire(first, SMALL, null)) {
            lease.discard();
        }
        assertThat(acquire(first, SMALL, null).loaded().engine()).isSameAs(factory.engines.get(1));
        assertThat(factory.engines.getFirst().awaitClosed()).isTrue();
    }

    @Test
    void aDamagedFilePushesNoOtherModelOut() throws Exception {
        factory.gate.release(3);
        acquire(first, SMALL, null).close();
        factory.failures = 1;
        factory.failure = "unknown architecture of ";
        assertThatThrownBy(() -> acquire(second, SMALL, null)).isInstanceOf(EngineException.Unloadable.class);
        assertThat(models.rows()).extracting(row -> row.model().name().model()).containsExactly("a");
    }

    @Test
    void aLoadThatFailsAloneIsTold() {
        factory.gate.release(1);
        factory.failures = 1;
        assertThatThrownBy(() -> acquire(first, SMALL, null))
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessage("no memory for a:latest");
    }

    private static final class FakeCaller implements Caller {
        private final List<Runnable> actions = new CopyOnWriteArrayList<>();
        private volatile boolean gone;

        void leave() {
            gone = true;
            actions.forEach(Runnable::run);
        }

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public Listening onGone(Runnable action) {
            actions.add(action);
            // Who has left already must be told at once, or a load that begins just then is never stopped.
            if (gone) {
                action.run();
            }
            return () -> actions.remove(action);
        }
    }

    @Test
    void aLoadThatStandsStillIsGivenUpAndStopped() throws Exception {
        models.close();
        models =
                new LoadedModels(factory, new LoadedModels.Limits(2, 8, Duration.ofMinutes(5), Duration.ofMillis(200)));
        assertThatThrownBy(() -> models.acquire(first, SMALL, null, Caller.STAYS))
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessageContaining("no progress");
        // The load that was given up may still take one before it sees that it is stopped.
        factory.gate.release(2);
        models.acquire(second, SMALL, null, Caller.STAYS).close();
        assertThat(models.rows()).extracting(row -> row.model()).containsExactly(second);
    }
}
