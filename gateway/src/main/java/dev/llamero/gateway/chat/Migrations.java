package dev.llamero.gateway.chat;

import java.util.List;

/**
 * The database's shape, version by version: what a file of version N needs is all lists from N on. A list that was
 * released is never changed. Times are milliseconds since 1970. A message's parent makes a tree, so that messages can
 * have siblings.
 */
final class Migrations {
    private static final List<String> CHATS = List.of(
            """
            CREATE TABLE sessions(
              key TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT 'local', title TEXT NOT NULL,
              leaf INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL)\
            """,
            "CREATE INDEX sessions_by_time ON sessions(owner, updated_at)",
            """
            CREATE TABLE messages(
              id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
              parent INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL, reasoning TEXT NOT NULL DEFAULT '',
              created_at INTEGER NOT NULL)\
            """,
            "CREATE INDEX messages_by_session ON messages(session)",
            """
            CREATE TABLE turns(
              id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
              message INTEGER NOT NULL UNIQUE REFERENCES messages ON DELETE CASCADE,
              idempotency_key TEXT NOT NULL UNIQUE, request_id TEXT NOT NULL, model TEXT NOT NULL,
              state TEXT NOT NULL, error_code TEXT NOT NULL DEFAULT '', error_message TEXT NOT NULL DEFAULT '',
              error_remedy TEXT NOT NULL DEFAULT '', first_token_ms INTEGER NOT NULL DEFAULT -1,
              reasoning_ms INTEGER NOT NULL DEFAULT -1, total_ms INTEGER NOT NULL DEFAULT -1,
              prompt_tokens INTEGER NOT NULL DEFAULT -1, completion_tokens INTEGER NOT NULL DEFAULT -1,
              started_at INTEGER NOT NULL)\
            """,
            "CREATE INDEX turns_by_session ON turns(session)",
            "CREATE INDEX turns_by_state ON turns(state)",
            """
            CREATE TABLE turn_events(
              turn TEXT NOT NULL REFERENCES turns ON DELETE CASCADE, seq INTEGER NOT NULL, kind TEXT NOT NULL,
              text TEXT NOT NULL, PRIMARY KEY(turn, seq)) WITHOUT ROWID\
            """);

    /**
     * Sessions with pins, settings and undo; branches; attachments; runs that outlive the gateway; search. The search
     * table's text is the message's with a mark between characters that are words of their own ({@link SearchIndex}).
     */
    private static final List<String> PLATFORM = List.of(
            "ALTER TABLE sessions ADD COLUMN title_source TEXT NOT NULL DEFAULT 'WORDS'",
            "ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE sessions ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE sessions ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0",
            "CREATE INDEX sessions_deleted ON sessions(deleted_at) WHERE deleted_at > 0",
            "ALTER TABLE messages ADD COLUMN tool_calls TEXT NOT NULL DEFAULT '[]'",
            "CREATE INDEX messages_by_parent ON messages(session, parent)",
            """
            CREATE TABLE attachments(
              message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, position INTEGER NOT NULL,
              name TEXT NOT NULL, media_type TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY(message, position))\
            """,
            "ALTER TABLE turns ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE turns ADD COLUMN seq_base INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE turns ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1",
            "ALTER TABLE turns ADD COLUMN finish_reason TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE turns ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT -1",
            "ALTER TABLE turns ADD COLUMN tokens_per_second REAL NOT NULL DEFAULT -1",
            "ALTER TABLE turns ADD COLUMN context_tokens INTEGER NOT NULL DEFAULT -1",
            "ALTER TABLE turns ADD COLUMN context_tokens_max INTEGER NOT NULL DEFAULT -1",
            """
            CREATE TABLE imports(
              owner TEXT NOT NULL, import_key TEXT NOT NULL,
              session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
              PRIMARY KEY(owner, import_key, session))\
            """,
            "CREATE VIRTUAL TABLE message_search USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')",
            """
            CREATE TRIGGER message_search_gone AFTER DELETE ON messages BEGIN
              DELETE FROM message_search WHERE rowid = old.id; END\
            """);

    /** In the order of their versions, from 1. */
    static final List<List<String>> ALL = List.of(CHATS, PLATFORM);

    private Migrations() {}
}
