/* desk/sql.c - see sql.h: SQLite. */
#include "desk/sql.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct prepared {
	const char *text; /* the literal itself: compared by address first */
	sqlite3_stmt *statement;
};

struct sql {
	sqlite3 *connection;
	struct prepared prepared[SQL_STATEMENTS_MAX];
	size_t count;
};

/* ---- errors */

static err sql_failed(struct sql *sql, int code, struct why *why)
{
	const char *words = sqlite3_errmsg(sql->connection);

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(why, MSG_DESK_BUSY);
	case SQLITE_FULL:
		return fail(why, MSG_DESK_FULL);
	case SQLITE_READONLY:
		return fail(why, MSG_DESK_READ_ONLY);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return fail(why, MSG_DESK_DENIED, arg_c(words));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail(why, MSG_DESK_DAMAGED, arg_c(words));
	case SQLITE_CONSTRAINT:
		return fail(why, MSG_DESK_CONFLICT, arg_c(words));
	default:
		return fail(why, MSG_DESK_IO, arg_c(words));
	}
}

/* What only a mistake of ours can bring about. */
static void must(int code)
{
	ASSERT(code == SQLITE_OK);
}

/* ---- opening */

/* Before any other statement.  A folder shared by several programs of this house: WAL lets them
 * read while one writes. */
static const str settings = STR_INIT("PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA wal_autocheckpoint = 4000;"
				     "PRAGMA foreign_keys = ON;"
				     "PRAGMA secure_delete = ON;"
				     "PRAGMA trusted_schema = OFF;"
				     "PRAGMA temp_store = MEMORY;");

err sql_open(const char *path, struct sql **out, struct why *why)
{
	struct sql *sql = memory_alloc(sizeof(*sql));
	int code = sqlite3_open_v2(path, &sql->connection,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	ASSERT(sql->connection != NULL); /* but for memory, it is always made */
	must(sqlite3_extended_result_codes(sql->connection, 1));
	must(sqlite3_busy_timeout(sql->connection, SQL_BUSY_MS));
	err e = code == SQLITE_OK ? sql_script(sql, settings, why) : sql_failed(sql, code, why);
	if (e != OK) {
		why_at(why, str_of(path), -1, -1, -1);
		sql_close(sql);
		return e;
	}
	*out = sql;
	return OK;
}

void sql_close(struct sql *sql)
{
	if (sql == NULL)
		return;
	for (size_t i = 0; i < sql->count; i++)
		(void)sqlite3_finalize(sql->prepared[i].statement); /* repeats an old error */
	int code = sqlite3_close(sql->connection);
	ASSERT(code == SQLITE_OK); /* else a statement was left */
	free(sql);
}

/* ---- statements */

static err prepare(struct sql *sql, const char *text, sqlite3_stmt **out, struct why *why)
{
	for (size_t i = 0; i < sql->count; i++)
		if (sql->prepared[i].text == text || strcmp(sql->prepared[i].text, text) == 0) {
			*out = sql->prepared[i].statement;
			return OK;
		}
	ASSERT(sql->count < SQL_STATEMENTS_MAX); /* literals: their number is known */
	int code =
		sqlite3_prepare_v3(sql->connection, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	if (code != SQLITE_OK)
		return sql_failed(sql, code, why);
	sql->prepared[sql->count++] = (struct prepared){ text, *out };
	return OK;
}

static void bind(sqlite3_stmt *statement, int at, const struct sql_arg *arg)
{
	const char *bytes = arg->text.ptr == NULL ? "" : arg->text.ptr;

	switch (arg->kind) {
	case SQL_NULL:
		must(sqlite3_bind_null(statement, at));
		break;
	case SQL_INT:
		must(sqlite3_bind_int64(statement, at, arg->number));
		break;
	case SQL_TEXT:
		must(sqlite3_bind_text64(
			statement, at, bytes, arg->text.len, SQLITE_STATIC, SQLITE_UTF8));
		break;
	case SQL_BYTES:
		must(sqlite3_bind_blob64(statement, at, bytes, arg->text.len, SQLITE_STATIC));
		break;
	}
}

struct sql_row {
	sqlite3_stmt *statement;
};

int64_t sql_row_int(const struct sql_row *row, int column)
{
	return sqlite3_column_int64(row->statement, column);
}

str sql_row_str(const struct sql_row *row, int column)
{
	const void *bytes = sqlite3_column_blob(row->statement, column);
	int len = sqlite3_column_bytes(row->statement, column);

	return (str){ bytes == NULL ? "" : bytes, (size_t)len };
}

bool sql_row_is_null(const struct sql_row *row, int column)
{
	return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}

static err step_all(
	struct sql *sql, sqlite3_stmt *statement, sql_take *take, void *context, struct why *why)
{
	const struct sql_row row = { statement };
	err e = OK;
	int code;

	while (e == OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		if (code != SQLITE_ROW)
			return sql_failed(sql, code, why);
		e = take == NULL ? OK : take(context, &row, why);
	}
	return e;
}

err sql_each_with(struct sql *sql, sql_take *take, void *context, const char *text,
	const struct sql_arg *args, size_t count, struct why *why)
{
	sqlite3_stmt *statement;
	err e = prepare(sql, text, &statement, why);

	if (e != OK)
		return e;
	size_t wanted = (size_t)sqlite3_bind_parameter_count(statement);
	ASSERT(wanted == count || (wanted == 0 && count == 1)); /* sql_none() */
	for (size_t i = 0; i < wanted; i++)
		bind(statement, (int)i + 1, &args[i]);
	e = step_all(sql, statement, take, context, why);
	(void)sqlite3_reset(statement); /* repeats the error of the step */
	(void)sqlite3_clear_bindings(statement);
	return e;
}

err sql_script(struct sql *sql, str script, struct why *why)
{
	const char *rest = script.ptr, *end = script.ptr + script.len;
	sqlite3_stmt *statement;
	err e = OK;

	while (e == OK && rest < end) {
		int code = sqlite3_prepare_v2(
			sql->connection, rest, (int)(end - rest), &statement, &rest);
		if (code != SQLITE_OK)
			return sql_failed(sql, code, why);
		if (statement == NULL) /* what is left is blank */
			break;
		e = step_all(sql, statement, NULL, NULL, why);
		(void)sqlite3_finalize(statement); /* as above */
	}
	return e;
}

int64_t sql_last_id(const struct sql *sql)
{
	return sqlite3_last_insert_rowid(sql->connection);
}

int64_t sql_changes(const struct sql *sql)
{
	return sqlite3_changes64(sql->connection);
}

/* ---- the disk */

err sql_wait_for_disk(struct sql *sql, bool wait, struct why *why)
{
	/* No prepared statement: a pragma may do its work while it is compiled. */
	return sql_script(sql,
		wait ? STR("PRAGMA synchronous = FULL") : STR("PRAGMA synchronous = NORMAL"), why);
}

err sql_sync(struct sql *sql, struct why *why)
{
	int code = sqlite3_wal_checkpoint_v2(
		sql->connection, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	return code == SQLITE_OK ? OK : sql_failed(sql, code, why);
}

/* ---- transactions */

err sql_begin(struct sql *sql, struct why *why)
{
	return sql_do(sql, why, "BEGIN IMMEDIATE", sql_none());
}

err sql_commit(struct sql *sql, struct why *why)
{
	err e = sql_do(sql, why, "COMMIT", sql_none());

	if (e != OK)
		sql_rollback(sql);
	return e;
}

void sql_rollback(struct sql *sql)
{
	if (sqlite3_get_autocommit(sql->connection) == 0)
		(void)sql_do(sql, NULL, "ROLLBACK", sql_none()); /* some errors did it already */
}

static err take_int(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(int64_t *)context = sql_row_int(row, 0);
	return OK;
}

err sql_begin_log(struct sql *sql, struct why *why)
{
	char text[64];
	struct strbuf set = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	int64_t version = 0;
	err e = sql_begin(sql, why);

	if (e != OK)
		return e;
	e = sql_each(sql, why, take_int, &version, "PRAGMA user_version", sql_none());
	strbuf_add_c(&set, "PRAGMA user_version = ");
	strbuf_add_int(&set, version);
	if (e == OK)
		e = sql_script(sql, strbuf_str(&set), why);
	if (e == OK)
		return sql_commit(sql, why);
	sql_rollback(sql);
	return e;
}

err sql_version(struct sql *sql, int64_t *out, struct why *why)
{
	return sql_each(sql, why, take_int, out, "PRAGMA data_version", sql_none());
}

err sql_copy(struct sql *sql, const char *path, struct why *why)
{
	return sql_do(sql, why, "VACUUM INTO ?1", sql_str(str_of(path)));
}
