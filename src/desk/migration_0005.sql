-- Names that nobody has, tried at signing in: they wait as users do, or the wait would tell who exists.
CREATE TABLE nobodies (
	name_hash BLOB PRIMARY KEY,
	failures INTEGER NOT NULL,
	locked_until_ms INTEGER,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nobodies_by_time ON nobodies (at_ms);
