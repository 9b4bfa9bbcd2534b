package dev.llamero.gateway.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One SQLite connection behind one lock: any thread may call, each call is short, and a transaction is one call.
 *
 * <p>Write-ahead log with {@code synchronous=NORMAL}: a killed process loses nothing that was committed, a power cut at
 * most the last moments. The connection is owned here and closed with this object.
 */
final class Database implements AutoCloseable {
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();
    private int writtenBy;

    private Database(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens or makes the file.
     *
     * @throws ChatException if the directory cannot be written, or the file is of a later gateway
     */
    static Database open(Path directory) {
        Path file = directory.resolve("chats.db");
        try {
            Files.createDirectories(directory);
            var database = new Database(DriverManager.getConnection("jdbc:sqlite:" + file));
            try {
                database.prepare(file);
            } catch (SQLException | RuntimeException e) {
                database.close();
                throw e;
            }
            return database;
        } catch (IOException | SQLException e) {
            var failure = new ChatException(
                    "UNAVAILABLE",
                    "cannot open the chat database " + file + ": " + e.getMessage()
                            + "; set data-dir to a directory that can be written");
            failure.initCause(e);
            throw failure;
        }
    }

    private void prepare(Path file) throws SQLException {
        for (String pragma : List.of(
                "PRAGMA busy_timeout = 5000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                "PRAGMA foreign_keys = ON")) {
            try (var statement = connection.createStatement()) {
                statement.execute(pragma);
            }
        }
        restrict(file);
        int version = query("PRAGMA user_version", row -> row.getInt(1)).getFirst();
        int newest = Migrations.ALL.size();
        if (version > newest) {
            throw new ChatException(
                    "UNAVAILABLE",
                    file + " was written by a later version of the gateway (schema " + version + "); update this one,"
                            + " or set data-dir to another directory");
        }
        writtenBy = version;
        transaction(() -> {
            for (List<String> migration : Migrations.ALL.subList(version, newest)) {
                migration.forEach(this::update);
            }
            update("PRAGMA user_version = " + newest);
            return null;
        });
    }

    /** Version of the file before it was opened; 0 if there was none. */
    int writtenBy() {
        return writtenBy;
    }

    /** Chats are their owner's: nobody else on the machine reads them. */
    private static void restrict(Path file) {
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (UnsupportedOperationException e) {
            System.getLogger(Database.class.getName())
                    .log(System.Logger.Level.DEBUG, "no POSIX permissions on this file system");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the work as one transaction, alone. Nested calls of {@link #update} and {@link #query} belong to it. */
    <T> T transaction(Work<T> work) {
        lock.lock();
        try {
            connection.setAutoCommit(false);
            try {
                T result = work.run();
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Changes rows and says how many. */
    int update(String sql, Object... values) {
        lock.lock();
        try (PreparedStatement statement = bound(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Inserts one row and gives its number. */
    long insert(String sql, Object... values) {
        lock.lock();
        try {
            update(sql, values);
            return query("SELECT last_insert_rowid()", row -> row.getLong(1)).getFirst();
        } finally {
            lock.unlock();
        }
    }

    /** All rows of a question. */
    <T> List<T> query(String sql, Row<T> row, Object... values) {
        lock.lock();
        try (PreparedStatement statement = bound(sql, values);
                ResultSet results = statement.executeQuery()) {
            var found = new ArrayList<T>();
            while (results.next()) {
                found.add(row.read(results));
            }
            return found;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    private PreparedStatement bound(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private static ChatException failed(SQLException e) {
        var failure = new ChatException("UNAVAILABLE", "the chat database failed: " + e.getMessage());
        failure.initCause(e);
        return failure;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /** What is done within a transaction. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** How one row is read. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
