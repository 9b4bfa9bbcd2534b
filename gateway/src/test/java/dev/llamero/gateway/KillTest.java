package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page's socket, the gateway's process or the proxy is killed at random points of a greedy answer; what the page
 * shows at the end is the unbroken answer, byte for byte. Each run is its seed: {@code -Dgateway.kill.runs=200} does
 * more of them, {@code -Dgateway.kill.seed=N} begins at another one.
 */
class KillTest {
    private static final int RUNS = Integer.getInteger("gateway.kill.runs", 8);
    private static final int FIRST_SEED = Integer.getInteger("gateway.kill.seed", 1);
    private static final int PIECES_MAX = 400;
    private static final int KILLS_MAX = 4;
    private static final String[] WORDS = {
        "llama ", "the ", "wool\n", "你好", "世界。", "🦙", "`code` ", "| a | b |\n", "e\u0301 ", " ", "x".repeat(40), "\n\n"
    };

    @TempDir
    Path data;

    private ScriptedProxy proxy = new ScriptedProxy();
    private final Map<Victim, Integer> killed = new EnumMap<>(Victim.class);
    private GatewayProcess gateway;
    private Throwable killerFailure;

    private enum Victim {
        PAGE,
        GATEWAY,
        PROXY
    }

    /**
     * One kill.
     *
     * @param piece before which the answer waits for it; 0 is before the first byte
     * @param written whether the gateway has put some of the answer on disk by then
     */
    private record Kill(int piece, Victim victim, boolean written) {}

    /** One run's answer and what happens to it. */
    private static final class Plan {
        private final List<String> pieces = new ArrayList<>();
        private final List<Kill> kills = new ArrayList<>();
        private final Random random;
        private int done;

        Plan(long seed) {
            random = new Random(seed);
            int count = 20 + random.nextInt(PIECES_MAX);
            for (int i = 0; i < count; i++) {
                pieces.add(WORDS[random.nextInt(WORDS.length)]);
            }
            for (int i = 1 + random.nextInt(KILLS_MAX); i > 0; i--) {
                Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
                kills.add(new Kill(random.nextInt(count + 1), victim, random.nextBoolean()));
            }
            kills.sort(Comparator.comparingInt(Kill::piece));
        }

        String whole() {
            return String.join("", pieces);
        }
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        proxy.close();
    }

    @Test
    void theTextIsTheUnbrokenOneWhateverIsKilled() throws IOException, InterruptedException {
        gateway = new GatewayProcess(proxy.address(), data);
        gateway.start();
        for (int seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
            run(seed);
        }
        System.getLogger(KillTest.class.getName())
                .log(System.Logger.Level.INFO, RUNS + " runs from seed " + FIRST_SEED + ", killed: " + killed);
        assertThat(killed.keySet()).as("each of the three was killed").containsExactlyInAnyOrder(Victim.values());
    }

    private void run(int seed) throws InterruptedException {
        var plan = new Plan(seed);
        String key = "kill-seed-" + String.format("%04d", seed);
        var page = new FollowingPage(gateway, key, "Question of seed " + seed);
        proxy.answers(script(plan, page));
        assertThat(page.follow()).as("seed %d", seed).isEqualTo(plan.whole());
        assertThat(killerFailure).as("seed %d", seed).isNull();
        try (var browser = TestBrowser.connect(gateway.webSocket())) {
            JsonNode messages =
                    browser.granted("chat.history", "sessionKey", key).get("messages");
            assertThat(messages).as("seed %d asked once", seed).hasSize(2);
            assertThat(messages.at("/1/content").asText()).as("seed %d", seed).isEqualTo(plan.whole());
            assertThat(messages.at("/1/siblings")).as("seed %d", seed).hasSize(1);
            assertThat(messages.at("/1/turn/state").asText()).isEqualTo("DONE");
        }
        assertThat(plan.done).as("seed %d killed all that it planned", seed).isEqualTo(plan.kills.size());
    }

    /** Gives the answer, each time cut in another way, and has the kills done where they are planned. */
    private ScriptedProxy.Script script(Plan plan, FollowingPage page) {
        return (request, reply) -> {
            synchronized (plan) {
                due(plan, 0, page);
                reply.begin();
                var piece = new StringBuilder();
                for (int i = 0; i < plan.pieces.size(); i++) {
                    if (isDue(plan, i) && !piece.isEmpty()) {
                        reply.content(piece.toString());
                        piece.setLength(0);
                    }
                    due(plan, i, page);
                    piece.append(plan.pieces.get(i));
                    if (plan.random.nextBoolean()) {
                        reply.content(piece.toString());
                        piece.setLength(0);
                    }
                }
                if (!piece.isEmpty()) {
                    reply.content(piece.toString());
                }
                due(plan, plan.pieces.size(), page);
                reply.end(5, plan.pieces.size());
            }
        };
    }

    /** Does the kills that are planned here. One that ends this answer too shows at its next write. */
    private void due(Plan plan, int piece, FollowingPage page) throws InterruptedException {
        while (isDue(plan, piece)) {
            Kill kill = plan.kills.get(plan.done++);
            var over = new CountDownLatch(1);
            Thread.ofPlatform().start(() -> {
                try {
                    kill(kill, page);
                } catch (Exception | AssertionError e) {
                    killerFailure = e;
                } finally {
                    over.countDown();
                }
            });
            if (!over.await(2, TimeUnit.MINUTES)) {
                throw new AssertionError("a kill took too long");
            }
        }
    }

    private static boolean isDue(Plan plan, int piece) {
        return plan.done < plan.kills.size() && plan.kills.get(plan.done).piece() == piece;
    }

    private void kill(Kill kill, FollowingPage page) throws IOException, InterruptedException {
        if (kill.written() && kill.piece() > 0) {
            awaitWritten();
        }
        killed.merge(kill.victim(), 1, Integer::sum);
        switch (kill.victim()) {
            case PAGE -> page.kill();
            case GATEWAY -> {
                synchronized (gateway) {
                    gateway.kill();
                    // The JDK's WebSocket sometimes misses that the other side is gone; a page sees it by its ticks.
                    page.kill();
                    gateway.start();
                }
            }
            case PROXY -> {
                int port = proxy.port();
                ScriptedProxy.Script script = proxy.script();
                proxy.kill();
                proxy = new ScriptedProxy(port);
                proxy.answers(script);
            }
        }
    }

    /** Until the running answer is in the log on disk, as a gateway that goes on for a quarter of a second has it. */
    private void awaitWritten() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("chats.db"));
                var statement = connection.createStatement()) {
            while (System.nanoTime() < end) {
                try (var found = statement.executeQuery("SELECT count(*) FROM turn_events")) {
                    if (found.getInt(1) > 0) {
                        return;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
        throw new AssertionError("nothing of the answer came to the disk");
    }
}
