package dev.llamero.gateway.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Accounts in {@code users.db}: names, hashes of their tokens, hashes of the cookies of those who are signed in. Any
 * thread; the command line may change the same file at the same time, which {@link #refresh} notices.
 */
public final class Accounts implements AutoCloseable {
    /** A token that a person chose must not be short: its hash could be searched for. */
    public static final int TOKEN_CHARS_MIN = 16;

    public static final int TOKEN_CHARS_MAX = 200;
    static final int ACCOUNTS_MAX = 1000;
    /** Browsers and devices of one account; the oldest sign-in makes room. */
    static final int SIGN_INS_MAX = 50;

    static final Duration SIGN_IN_AGE_MAX = Duration.ofDays(30);
    /** The same, as a cookie says it. */
    public static final long SIGN_IN_SECONDS = SIGN_IN_AGE_MAX.toSeconds();

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");

    private static final List<String> SCHEMA = List.of(
            "PRAGMA busy_timeout = 5000",
            "PRAGMA foreign_keys = ON",
            """
            CREATE TABLE IF NOT EXISTS users(
              name TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL)\
            """,
            """
            CREATE TABLE IF NOT EXISTS sign_ins(
              hash TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
              created_at INTEGER NOT NULL)\
            """,
            "CREATE INDEX IF NOT EXISTS sign_ins_by_user ON sign_ins(user, created_at)");

    private final Connection connection;
    private final Clock clock;
    private volatile Map<String, String> tokenHashes = Map.of();
    private long seenVersion = -1;

    private Accounts(Connection connection, Clock clock) {
        this.connection = connection;
        this.clock = clock;
    }

    /** An account as the list shows it. */
    public record Account(String name, long createdAt, int signIns) {}

    /**
     * Opens or makes {@code users.db}.
     *
     * @throws AccessException if the directory cannot be written
     */
    public static Accounts open(Path directory, Clock clock) {
        Path file = directory.resolve("users.db");
        try {
            Files.createDirectories(directory);
            var accounts = new Accounts(DriverManager.getConnection("jdbc:sqlite:" + file), clock);
            try {
                SCHEMA.forEach(accounts::execute);
                restrict(file);
                accounts.refresh();
            } catch (RuntimeException | IOException e) {
                accounts.close();
                throw e;
            }
            return accounts;
        } catch (IOException | SQLException e) {
            throw failed("cannot open " + file + "; set data-dir to a directory that can be written", e);
        }
    }

    private static void restrict(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** Whether anybody has an account, so that everybody must sign in. */
    public boolean any() {
        return !tokenHashes.isEmpty();
    }

    public boolean has(String name) {
        return tokenHashes.containsKey(name);
    }

    /** All accounts by name. */
    public synchronized List<Account> list() {
        return query(
                "SELECT name, created_at, (SELECT count(*) FROM sign_ins WHERE user = name) AS n FROM users"
                        + " ORDER BY name",
                row -> new Account(row.getString("name"), row.getLong("created_at"), row.getInt("n")));
    }

    /**
     * Makes an account.
     *
     * @return its token, which is nowhere else
     * @throws AccessException if the name is taken or no name
     */
    public synchronized String add(String name) {
        checkName(name);
        if (has(name)) {
            throw new AccessException(
                    400, "there is an account " + name + " already; remove it first to give it another token", 0);
        }
        if (tokenHashes.size() >= ACCOUNTS_MAX) {
            throw new AccessException(400, "there are " + ACCOUNTS_MAX + " accounts already; remove one", 0);
        }
        String token = Tokens.make("lg-");
        update(
                "INSERT INTO users(name, token_hash, created_at) VALUES(?, ?, ?)",
                name,
                Tokens.hash(token),
                clock.millis());
        refresh();
        return token;
    }

    /** Gives an account the token that a person chose; makes the account if it is not there. */
    public synchronized void set(String name, String token) {
        checkName(name);
        if (token.length() < TOKEN_CHARS_MIN || token.length() > TOKEN_CHARS_MAX) {
            throw new AccessException(
                    400, "token must have " + TOKEN_CHARS_MIN + " to " + TOKEN_CHARS_MAX + " characters", 0);
        }
        String hash = Tokens.hash(token);
        if (hash.equals(tokenHashes.get(name))) {
            return;
        }
        if (tokenHashes.containsValue(hash)) {
            throw new AccessException(400, "another account has this token; choose another one", 0);
        }
        update("DELETE FROM sign_ins WHERE user = ?", name);
        update(
                "INSERT INTO users(name, token_hash, created_at) VALUES(?, ?, ?)"
                        + " ON CONFLICT(name) DO UPDATE SET token_hash = excluded.token_hash",
                name,
                hash,
                clock.millis());
        refresh();
    }

    /** @return false if there is none of this name */
    public synchronized boolean remove(String name) {
        boolean removed = update("DELETE FROM users WHERE name = ?", name) > 0;
        refresh();
        return removed;
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new AccessException(
                    400,
                    "an account's name has 1 to 32 small letters, digits, dots, dashes or underscores, and begins with"
                            + " a letter or digit",
                    0);
        }
    }

    /** Reads the file again if another process has changed it; called about once a second. */
    public synchronized void refresh() {
        long version = query("PRAGMA data_version", row -> row.getLong(1)).getFirst();
        long changes = query("SELECT total_changes()", row -> row.getLong(1)).getFirst();
        if (version + (changes << 32) == seenVersion) {
            return;
        }
        seenVersion = version + (changes << 32);
        var hashes = new TreeMap<String, String>();
        query("SELECT name, token_hash FROM users", row -> hashes.put(row.getString(1), row.getString(2)));
        tokenHashes = Map.copyOf(hashes);
    }

    /** Whose token this is. The look-up is by hash, so its time tells nothing about the token. */
    synchronized Optional<Caller> byToken(String token) {
        if (token.length() > TOKEN_CHARS_MAX) {
            return Optional.empty();
        }
        return query(
                        "SELECT name, token_hash FROM users WHERE token_hash = ?",
                        row -> new Caller(row.getString(1), row.getString(2), ""),
                        Tokens.hash(token))
                .stream()
                .findFirst();
    }

    /** Remembers a browser; gives the secret of its cookie. */
    public synchronized String signIn(Caller caller) {
        String secret = Tokens.make("");
        update("DELETE FROM sign_ins WHERE created_at < ?", oldest());
        update(
                "INSERT INTO sign_ins(hash, user, created_at) VALUES(?, ?, ?)",
                Tokens.hash(secret),
                caller.name(),
                clock.millis());
        update(
                "DELETE FROM sign_ins WHERE user = ? AND rowid NOT IN"
                        + " (SELECT rowid FROM sign_ins WHERE user = ? ORDER BY created_at DESC, rowid DESC LIMIT ?)",
                caller.name(),
                caller.name(),
                SIGN_INS_MAX);
        return secret;
    }

    synchronized Optional<Caller> bySignIn(String secret) {
        if (secret.length() > TOKEN_CHARS_MAX) {
            return Optional.empty();
        }
        return query(
                        "SELECT u.name, u.token_hash, s.hash FROM sign_ins s JOIN users u ON u.name = s.user"
                                + " WHERE s.hash = ? AND s.created_at >= ?",
                        row -> new Caller(row.getString(1), row.getString(2), row.getString(3)),
                        Tokens.hash(secret),
                        oldest())
                .stream()
                .findFirst();
    }

    private long oldest() {
        return clock.millis() - SIGN_IN_AGE_MAX.toMillis();
    }

    public synchronized void signOut(Caller caller) {
        update("DELETE FROM sign_ins WHERE hash = ?", caller.signIn());
    }

    /** Whether the account is still there with the token that it had. */
    boolean stands(Caller caller) {
        return caller.tokenHash().equals(tokenHashes.getOrDefault(caller.name(), ""));
    }

    private void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed("the accounts cannot be prepared", e);
        }
    }

    private int update(String sql, Object... values) {
        try (PreparedStatement statement = bound(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw failed("the accounts cannot be written", e);
        }
    }

    private <T> List<T> query(String sql, Row<T> row, Object... values) {
        try (PreparedStatement statement = bound(sql, values);
                ResultSet results = statement.executeQuery()) {
            var found = new ArrayList<T>();
            while (results.next()) {
                found.add(row.read(results));
            }
            return found;
        } catch (SQLException e) {
            throw failed("the accounts cannot be read", e);
        }
    }

    private PreparedStatement bound(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private static AccessException failed(String what, Exception cause) {
        var failure = new AccessException(503, what + ": " + cause.getMessage(), 0);
        failure.initCause(cause);
        return failure;
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed("the accounts cannot be closed", e);
        }
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
