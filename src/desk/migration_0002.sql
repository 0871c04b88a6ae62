-- How long events are kept: a rule names a source, a channel and an activity ("" is any; * stands for
-- anything), and how long.  What its last run removed stays with it.
CREATE TABLE retention_rules (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL,
	channel TEXT NOT NULL,
	activity TEXT NOT NULL,
	keep_ms INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	run_ms INTEGER,
	gone INTEGER NOT NULL DEFAULT 0
) STRICT;
