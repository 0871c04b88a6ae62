/* desk/sql.h - one connection to the SQL store, in few words.
 *
 * The one place that knows which database it is: SQLite now.  Another engine needs this header
 * again, and migrations of its own; the statements of desk/ are plain SQL with parameters ?1 to ?9.
 *
 *   err e = sql_do(sql, why, "UPDATE users SET role = ?2 WHERE id = ?1",
 *           sql_int(id), sql_str(role));
 *   e = sql_each(sql, why, take_user, &list, "SELECT id, name FROM users WHERE role = ?1",
 *           sql_str(role));
 *
 * Statements are string literals: each is prepared once and kept.
 *
 * Durability: a statement that returned OK outside a transaction, or a commit, is on the disk (WAL,
 * synchronous FULL), unless sql_wait_for_disk() said otherwise.  Deleted bytes are overwritten
 * (secure_delete).
 *
 * Errors: ERR_BUSY (another process kept it locked for SQL_BUSY_MS), ERR_CONFLICT (a row that must
 * be the only one), ERR_FULL, ERR_READ_ONLY, ERR_DENIED, ERR_CORRUPT, ERR_IO.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/why.h"

enum { SQL_BUSY_MS = 10000, SQL_STATEMENTS_MAX = 96, SQL_ARGS_MAX = 12 };

struct sql;

/* Made if it is not there. */
err sql_open(const char *path, struct sql **out, struct why *why);
void sql_close(struct sql *sql); /* NULL is fine */

struct sql_arg {
	enum { SQL_NULL, SQL_INT, SQL_TEXT, SQL_BYTES } kind;
	int64_t number;
	str text; /* borrowed until the call returns */
};
static inline struct sql_arg sql_int(int64_t number)
{
	return (struct sql_arg){ .kind = SQL_INT, .number = number };
}
static inline struct sql_arg sql_str(str text)
{
	return (struct sql_arg){ .kind = SQL_TEXT, .text = text };
}
static inline struct sql_arg sql_bytes(const void *bytes, size_t count)
{
	return (struct sql_arg){ .kind = SQL_BYTES, .text = { bytes, count } };
}
static inline struct sql_arg sql_null(void)
{
	return (struct sql_arg){ .kind = SQL_NULL };
}
/* Of a time that may be unknown: 0 stands for NULL. */
static inline struct sql_arg sql_time(int64_t ms)
{
	return ms == 0 ? sql_null() : sql_int(ms);
}

/* One row of an answer; columns from 0.  Texts and bytes are borrowed until the callback returns.
 * NULL reads as 0 and as "". */
struct sql_row;
int64_t sql_row_int(const struct sql_row *row, int column);
str sql_row_str(const struct sql_row *row, int column);
bool sql_row_is_null(const struct sql_row *row, int column);

/* Anything but OK ends the reading, and is what sql_each() returns. */
typedef err sql_take(void *context, const struct sql_row *row, struct why *why);

#define sql_do(sql, why, text, ...) \
	sql_each_with((sql), NULL, NULL, "" text, (const struct sql_arg[]){ __VA_ARGS__ }, \
		sizeof((const struct sql_arg[]){ __VA_ARGS__ }) / sizeof(struct sql_arg), (why))
#define sql_each(sql, why, take, context, text, ...) \
	sql_each_with((sql), (take), (context), "" text, (const struct sql_arg[]){ __VA_ARGS__ }, \
		sizeof((const struct sql_arg[]){ __VA_ARGS__ }) / sizeof(struct sql_arg), (why))
/* At least one argument: of a statement without parameters sql_none(). */
static inline struct sql_arg sql_none(void)
{
	return (struct sql_arg){ .kind = SQL_NULL };
}
err sql_each_with(struct sql *sql, sql_take *take, void *context, const char *text,
	const struct sql_arg *args, size_t count, struct why *why);

/* Several statements without parameters: migrations. */
err sql_script(struct sql *sql, str script, struct why *why);

int64_t sql_last_id(const struct sql *sql); /* of the row that was put in last */
int64_t sql_changes(const struct sql *sql); /* rows that the last statement changed */

/* Do commits from now on wait for the disk?  Those that did not outlive the program, not a power
 * cut, until one that does, or sql_sync().  Not within a transaction. */
err sql_wait_for_disk(struct sql *sql, bool wait, struct why *why);
err sql_sync(struct sql *sql, struct why *why);
/* A log whose every page was copied by sql_sync() begins anew with the next write, which waits for
 * the disk even where commits do not: this is such a write, of what stood there already. */
err sql_begin_log(struct sql *sql, struct why *why);

err sql_begin(struct sql *sql, struct why *why); /* to write; others that write wait */
err sql_commit(struct sql *sql, struct why *why);
void sql_rollback(struct sql *sql); /* nothing if none was begun */

/* Another number whenever another connection, of any process, has changed something. */
err sql_version(struct sql *sql, int64_t *out, struct why *why);

/* A copy as of now, whole and without a log, to a file that must not exist. */
err sql_copy(struct sql *sql, const char *path, struct why *why);
