package dev.llamero.proxy.callers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.proxy.files.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The accounts of all keys, over reloads and restarts. What was spent, today and ever, is in a small file, written by a
 * thread of its own at most every two seconds: a crash forgets no more than that. Any number of threads.
 */
public final class Accounts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Accounts.class.getName());
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration SAVE_INTERVAL = Duration.ofSeconds(2);

    private final Optional<Path> file;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Map<String, Long> spentBefore = new ConcurrentHashMap<>();
    private final Map<String, Long> spentEverBefore = new ConcurrentHashMap<>();
    private final LocalDate dayBefore;
    private final Optional<Thread> saver;

    /** @param file for what was spent; empty keeps it in memory only */
    public Accounts(Optional<Path> file) {
        this(file, InstantSource.system(), System::nanoTime);
    }

    Accounts(Optional<Path> file, InstantSource clock, LongSupplier nanos) {
        this.file = file;
        this.clock = clock;
        this.nanos = nanos;
        this.dayBefore = load();
        this.saver = file.map(_ -> Thread.ofVirtual().name("save-usage").start(this::saveNowAndThen));
    }

    /** The account of a key, with these limits from now on. */
    public Account of(String id, KeyLimits limits) {
        Account account = accounts.computeIfAbsent(id, key -> {
            var created = new Account(key, limits, clock, nanos);
            created.restore(dayBefore, spentBefore.getOrDefault(key, 0L), spentEverBefore.getOrDefault(key, 0L));
            return created;
        });
        account.limit(limits);
        return account;
    }

    /** Those of keys that are in use, or have been since the start. */
    public Collection<Account> all() {
        return List.copyOf(accounts.values());
    }

    private LocalDate load() {
        try {
            if (file.isEmpty() || !Files.exists(file.get())) {
                return LocalDate.EPOCH;
            }
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file.get()));
            read(root.path("spent"), spentBefore);
            read(root.path("spentEver"), spentEverBefore);
            return LocalDate.parse(root.path("day").asText());
        } catch (IOException | DateTimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "what keys have spent is lost, since " + file.get() + " cannot be read: " + e.getMessage());
            spentBefore.clear();
            spentEverBefore.clear();
            return LocalDate.EPOCH;
        }
    }

    private static void read(JsonNode list, Map<String, Long> numbers) {
        list.properties()
                .forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asLong()));
    }

    private void saveNowAndThen() {
        try {
            while (true) {
                Thread.sleep(SAVE_INTERVAL);
                save();
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "no more saving");
        }
    }

    /** Writes the file if something has changed. */
    private synchronized void save() {
        boolean changed = false;
        for (Account account : accounts.values()) {
            changed |= account.takeDirty();
        }
        if (!changed || file.isEmpty()) {
            return;
        }
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var spent = new TreeMap<String, Long>();
        if (today.equals(dayBefore)) {
            spent.putAll(spentBefore);
        }
        var ever = new TreeMap<>(spentEverBefore);
        accounts.forEach((id, account) -> {
            spent.put(id, account.spentToday());
            ever.put(id, account.spentEver());
        });
        ObjectNode root = MAPPER.createObjectNode().put("day", today.toString());
        ObjectNode daily = root.putObject("spent");
        spent.forEach(daily::put);
        ObjectNode inAll = root.putObject("spentEver");
        ever.forEach(inAll::put);
        try {
            PrivateFile.write(file.get(), MAPPER.writeValueAsBytes(root));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot write " + file.get() + ": " + e.getMessage());
        }
    }

    @Override
    public void close() {
        saver.ifPresent(Thread::interrupt);
        save();
    }
}
