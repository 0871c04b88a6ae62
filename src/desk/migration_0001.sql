-- Who may write: sources, and the keys that write as them.  A key itself is nowhere: only its
-- keyed BLAKE2b.  Times are milliseconds UTC; NULL: never, not yet.
CREATE TABLE sources (
	name TEXT PRIMARY KEY,
	created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE write_keys (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL REFERENCES sources (name),
	hash BLOB NOT NULL UNIQUE,
	hint TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER,
	revoked_ms INTEGER
) STRICT;

-- Who may ask: users, their sessions, and tokens of programs.
CREATE TABLE users (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE COLLATE NOCASE,
	role TEXT NOT NULL,
	granted INTEGER NOT NULL DEFAULT 0,
	password TEXT,
	totp BLOB,
	totp_step INTEGER NOT NULL DEFAULT 0,
	oidc_subject TEXT UNIQUE,
	failures INTEGER NOT NULL DEFAULT 0,
	locked_until_ms INTEGER,
	created_ms INTEGER NOT NULL,
	disabled_ms INTEGER
) STRICT;

CREATE TABLE sessions (
	hash BLOB PRIMARY KEY,
	user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	csrf TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	used_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE tokens (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	granted INTEGER NOT NULL DEFAULT 0,
	hash BLOB NOT NULL UNIQUE,
	hint TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER,
	revoked_ms INTEGER
) STRICT;

-- What was done and by whom.  Rows are never changed nor deleted, with one exception: the name of
-- an erased customer goes (subject becomes NULL), its keyed hash stays.  `chain` is the keyed
-- BLAKE2b of the row before and this one, so that a row that was changed or cut out shows.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at_ms INTEGER NOT NULL,
	who TEXT NOT NULL,
	action TEXT NOT NULL,
	subject TEXT,
	subject_hash BLOB NOT NULL,
	outcome TEXT NOT NULL,
	trace TEXT NOT NULL,
	chain BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_who ON audit (who, id);
CREATE INDEX audit_by_subject ON audit (subject_hash, id);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN NEW.subject IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.at_ms IS NOT OLD.at_ms
	OR NEW.who IS NOT OLD.who OR NEW.action IS NOT OLD.action
	OR NEW.subject_hash IS NOT OLD.subject_hash OR NEW.outcome IS NOT OLD.outcome
	OR NEW.trace IS NOT OLD.trace OR NEW.chain IS NOT OLD.chain
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

-- Answers to requests that came with an Idempotency-Key, to be given again.
CREATE TABLE answers (
	hash BLOB PRIMARY KEY,
	request BLOB NOT NULL,
	status INTEGER NOT NULL,
	body BLOB NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at_ms);

CREATE TABLE settings (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
