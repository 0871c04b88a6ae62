/* desk/desk.c - see desk.h */
#include "desk/desk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/random.h"
#include "desk/desk_internal.h"

EMBEDDED(desk_migrations);

/* ---- the lock, and transactions */

void desk_lock(struct desk *desk)
{
	int code = pthread_mutex_lock(&desk->lock);
	ASSERT(code == 0);
}

void desk_unlock(struct desk *desk)
{
	int code = pthread_mutex_unlock(&desk->lock);
	ASSERT(code == 0);
}

int64_t desk_now_ms(struct desk *desk)
{
	return desk->clock->now_ms(desk->clock);
}

err desk_begin(struct desk *desk, struct why *why)
{
	desk_lock(desk);
	err e = sql_begin(desk->sql, why);

	if (e != OK)
		desk_unlock(desk);
	return e;
}

err desk_end_unseen(struct desk *desk, err e, struct why *why)
{
	if (e == OK)
		e = sql_commit(desk->sql, why);
	else
		sql_rollback(desk->sql);
	desk_unlock(desk);
	return e;
}

err desk_end(struct desk *desk, err e, struct why *why)
{
	desk->changes++;
	return desk_end_unseen(desk, e, why);
}

/* ---- migrations */

static err take_int(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(int64_t *)context = sql_row_int(row, 0);
	return OK;
}

static err user_version(struct sql *sql, int64_t *out, struct why *why)
{
	return sql_each(sql, why, take_int, out, "PRAGMA user_version", sql_none());
}

/* The version is set in the transaction that makes it true. */
static err migrate_one(struct sql *sql, size_t number, struct why *why)
{
	char text[64];
	struct strbuf set = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	strbuf_add_c(&set, "PRAGMA user_version = ");
	strbuf_add_int(&set, (int64_t)number);
	err e = sql_script(sql, desk_migrations[number - 1].text, why);
	return e != OK ? e : sql_script(sql, strbuf_str(&set), why);
}

/* Two processes may come at once: the version is read again by who may write. */
static err migrate(struct sql *sql, struct why *why)
{
	int64_t at = 0, newest = (int64_t)desk_migrations_count;
	err e = user_version(sql, &at, why);

	if (e != OK || at == newest)
		return e;
	e = sql_begin(sql, why);
	if (e == OK)
		e = user_version(sql, &at, why);
	if (e == OK && at > newest)
		e = fail(why, MSG_DESK_VERSION, arg_int(at), arg_int(newest));
	for (int64_t n = at + 1; e == OK && n <= newest; n++)
		e = migrate_one(sql, (size_t)n, why);
	if (e == OK)
		return sql_commit(sql, why);
	sql_rollback(sql);
	return e;
}

/* ---- opening */

static err read_key(struct desk *desk, const char *path, struct why *why)
{
	AUTO_ARENA arena = arena_create(16 << 10);
	str bytes;
	err e = disk_read_whole(disk_real(), path, 4096, arena, &bytes, why);

	if (e == OK && bytes.len != sizeof(desk->key))
		e = fail(why, MSG_DESK_SECRET, arg_c(path));
	if (e == OK)
		memcpy(desk->key, bytes.ptr, sizeof(desk->key));
	return e;
}

/* Made under another name and linked: of two processes that come at once, one makes it and both
 * read the same. */
static err make_key(const char *folder, const char *path, struct why *why)
{
	char name[64], made[PATH_BYTES_MAX];
	struct strbuf buf = { .ptr = name, .cap = sizeof(name), .cap_max = sizeof(name) };
	uint8_t key[SECRET_KEY_BYTES];

	strbuf_add_c(&buf, "desk-secret.");
	strbuf_add_int(&buf, getpid());
	strbuf_add_byte(&buf, '\0');
	secret_bytes(key, sizeof(key));
	err e = path_join(made, folder, name, why);
	if (e == OK)
		e = disk_write_whole(
			disk_real(), folder, name, (str){ (char *)key, sizeof(key) }, why);
	secret_wipe(key, sizeof(key));
	if (e != OK)
		return e;
	int linked = link(made, path); /* there already: that one counts; else reading it tells */
	(void)linked;
	e = disk_remove(disk_real(), made, why);
	return e != OK ? e : disk_sync_folder(disk_real(), folder, why);
}

static err open_key(struct desk *desk, const char *folder, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct why missing = { 0 };
	err e = path_join(path, folder, "desk-secret", why);

	if (e == OK && access(path, F_OK) != 0)
		e = make_key(folder, path, &missing);
	if (e != OK) {
		*why = missing.message != MSG_NONE ? missing : *why;
		return e;
	}
	return read_key(desk, path, why);
}

/* SQLite would make it readable for all whom umask lets: customers' data are the owner's alone. */
static err make_private(const char *path, struct why *why)
{
	struct file *file;
	struct why ignored = { 0 };
	err e = disk_open(disk_real(), path, FILE_CREATE, &file, &ignored);

	if (e == OK)
		file_close(file);
	if (e == OK || e == ERR_CONFLICT)
		return OK;
	*why = ignored;
	return e;
}

static err open_database(struct desk *desk, const char *folder, struct why *why)
{
	err e = path_join(desk->path, folder, "ariane.db", why);

	if (e == OK)
		e = make_private(desk->path, why);
	if (e == OK)
		e = sql_open(desk->path, &desk->sql, why);
	return e != OK ? e : migrate(desk->sql, why);
}

bool desk_exists(const char *folder)
{
	char path[PATH_BYTES_MAX];

	return path_join(path, folder, "ariane.db", NULL) == OK && access(path, F_OK) == 0;
}

err desk_open(
	const char *folder, bool make, struct clock *clock, struct desk **out, struct why *why)
{
	struct desk *desk = memory_alloc(sizeof(*desk));
	struct why reason = { 0 };
	err e = make ? disk_make_folder(disk_real(), folder, &reason) : OK;

	int code = pthread_mutex_init(&desk->lock, NULL);
	ASSERT(code == 0);
	desk_later_init(desk);
	desk->clock = clock == NULL ? clock_real() : clock;
	if (e == OK && !make && access(folder, F_OK) != 0)
		e = fail(&reason, MSG_FOLDER_MISSING, arg_c(folder));
	if (e == OK)
		e = open_key(desk, folder, &reason);
	if (e == OK)
		e = open_database(desk, folder, &reason);
	if (e != OK) {
		if (why != NULL)
			*why = reason;
		desk_close(desk);
		return e;
	}
	*out = desk;
	return OK;
}

void desk_close(struct desk *desk)
{
	if (desk == NULL)
		return;
	desk_later_done(desk);
	sql_close(desk->sql);
	(void)pthread_mutex_destroy(&desk->lock); /* nobody holds it */
	secret_wipe(desk->key, sizeof(desk->key));
	free(desk);
}

/* ---- the whole */

err desk_copy(struct desk *desk, const char *path, struct why *why)
{
	err e = make_private(path, why);

	desk_lock(desk);
	if (e == OK)
		e = sql_copy(desk->sql, path, why); /* an empty file is taken for a new one */
	desk_unlock(desk);
	return e;
}

err desk_version(struct desk *desk, uint64_t *out, struct why *why)
{
	int64_t others = 0;

	desk_lock(desk);
	err e = sql_version(desk->sql, &others, why);
	uint64_t own = desk->changes;
	desk_unlock(desk);
	if (e == OK)
		*out = ((uint64_t)others << 32) + own;
	return e;
}

/* ---- settings */

struct copied {
	struct arena *arena;
	str text;
};

static err take_text(void *context, const struct sql_row *row, struct why *why)
{
	struct copied *c = context;

	c->text = arena_str(c->arena, sql_row_str(row, 0));
	return c->text.ptr != NULL ? OK : fail(why, MSG_NO_ROOM, arg_c("setting"), arg_int(0));
}

err desk_setting(struct desk *desk, str name, struct arena *arena, str *out, struct why *why)
{
	struct copied copied = { arena, STR("") };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_text, &copied,
		"SELECT value FROM settings WHERE name = ?1", sql_str(name));
	desk_unlock(desk);
	if (e == OK)
		*out = copied.text;
	return e;
}

err desk_set(struct desk *desk, str name, str value, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = value.len == 0
		    ? sql_do(desk->sql, why, "DELETE FROM settings WHERE name = ?1", sql_str(name))
		    : sql_do(desk->sql, why,
			      "INSERT INTO settings (name, value) VALUES (?1, ?2) "
			      "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			      sql_str(name), sql_str(value));
	return desk_end(desk, e, why);
}

err desk_name_check(str name, struct why *why)
{
	if (name.len == 0 || name.len > DESK_NAME_BYTES_MAX || !str_is_text(name))
		return fail(why, MSG_DESK_NAME, arg_str(name), arg_int(DESK_NAME_BYTES_MAX));
	return OK;
}
