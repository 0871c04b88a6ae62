-- Views that people save: what they look at, as a document of the application, and what they say of it.
CREATE TABLE views (
	name TEXT PRIMARY KEY,
	document TEXT NOT NULL,
	who TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE view_comments (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	view TEXT NOT NULL REFERENCES views (name) ON DELETE CASCADE,
	who TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	text TEXT NOT NULL
) STRICT;
CREATE INDEX comments_of_view ON view_comments (view, id);
