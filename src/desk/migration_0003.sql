-- Requests that came with an Idempotency-Key, for a day: so that one which may have been done before a
-- restart is not done again.  Keys and requests are hashes; answers are kept in memory alone.
CREATE TABLE once_keys (
	hash BLOB PRIMARY KEY,
	request BLOB NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
