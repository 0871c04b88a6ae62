/* desk/keys.c - see keys.h */
#include "desk/keys.h"

#include <stdlib.h>
#include <string.h>

#include "desk/desk_internal.h"

/* In a transaction. */
static err insert(
	struct desk *desk, str source, int64_t *id, struct secret *secret, struct why *why)
{
	int64_t now_ms = desk_now_ms(desk);
	struct secret made = secret_make(KEY_PREFIX);
	str text = str_of(made.text);
	struct secret_hash hash = secret_hash(desk->key, text);
	err e = sql_do(desk->sql, why,
		"INSERT INTO sources (name, created_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
		sql_str(source), sql_int(now_ms));

	if (e == OK)
		e = sql_do(desk->sql, why,
			"INSERT INTO write_keys (source, hash, hint, created_ms) "
			"VALUES (?1, ?2, ?3, ?4)",
			sql_str(source), sql_bytes(&hash, sizeof(hash)), sql_str(secret_hint(text)),
			sql_int(now_ms));
	if (e == OK) {
		*id = sql_last_id(desk->sql);
		*secret = made;
	}
	secret_wipe(&made, sizeof(made));
	return e;
}

err key_create(struct desk *desk, str source, int64_t *id, struct secret *secret, struct why *why)
{
	err e = desk_name_check(source, why);

	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = insert(desk, source, id, secret, why);
	return desk_end(desk, e, why);
}

struct source_name {
	char text[DESK_NAME_BYTES_MAX + 1];
	bool found;
};

static err take_source(void *context, const struct sql_row *row, struct why *why)
{
	struct source_name *name = context;
	str text = sql_row_str(row, 0);

	(void)why;
	ASSERT(text.len <= DESK_NAME_BYTES_MAX); /* checked when it was put in */
	memcpy(name->text, text.ptr, text.len);
	name->text[text.len] = '\0';
	name->found = true;
	return OK;
}

err key_rotate(struct desk *desk, int64_t id, int64_t grace_ms, int64_t *new_id,
	struct secret *secret, struct why *why)
{
	struct source_name source = { .found = false };
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_each(desk->sql, why, take_source, &source,
		"SELECT source FROM write_keys WHERE id = ?1 AND revoked_ms IS NULL", sql_int(id));
	if (e == OK && !source.found)
		e = fail(why, MSG_DESK_NO_KEY, arg_int(id));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"UPDATE write_keys SET expires_ms = MIN(?2, COALESCE(expires_ms, ?2)) "
			"WHERE id = ?1",
			sql_int(id), sql_int(desk_now_ms(desk) + grace_ms));
	if (e == OK)
		e = insert(desk, str_of(source.text), new_id, secret, why);
	return desk_end(desk, e, why);
}

err key_revoke(struct desk *desk, int64_t id, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE write_keys SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE id = ?1",
		sql_int(id), sql_int(desk_now_ms(desk)));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_NO_KEY, arg_int(id));
	return desk_end(desk, e, why);
}

/* ---- listing */

struct key_rows {
	struct arena *arena;
	struct write_key *items;
	size_t count, room;
};

static err take_key(void *context, const struct sql_row *row, struct why *why)
{
	struct key_rows *rows = context;

	if (rows->count == rows->room)
		return OK; /* made since they were counted */
	struct write_key *key = &rows->items[rows->count++];
	*key = (struct write_key){ .id = sql_row_int(row, 0),
		.source = arena_str(rows->arena, sql_row_str(row, 1)),
		.hint = arena_str(rows->arena, sql_row_str(row, 2)),
		.created_ms = sql_row_int(row, 3),
		.expires_ms = sql_row_int(row, 4),
		.revoked_ms = sql_row_int(row, 5) };
	if (key->source.ptr == NULL || key->hint.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("keys"), arg_int(0));
	return OK;
}

static err take_count(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(size_t *)context = (size_t)sql_row_int(row, 0);
	return OK;
}

err key_list(struct desk *desk, struct arena *arena, struct write_key **out, size_t *count,
	struct why *why)
{
	struct key_rows rows = { .arena = arena };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_count, &rows.room, "SELECT COUNT(*) FROM write_keys",
		sql_none());
	if (e == OK) {
		rows.items = arena_array(arena, rows.room, sizeof(*rows.items));
		if (rows.items == NULL)
			e = fail(why, MSG_NO_ROOM, arg_c("keys"), arg_int((int64_t)rows.room));
	}
	if (e == OK)
		e = sql_each(desk->sql, why, take_key, &rows,
			"SELECT id, source, hint, created_ms, expires_ms, revoked_ms "
			"FROM write_keys ORDER BY id",
			sql_none());
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

/* ---- finding */

struct found_key {
	struct source_name source;
	int64_t expires_ms;
};

static err take_found(void *context, const struct sql_row *row, struct why *why)
{
	struct found_key *found = context;

	found->expires_ms = sql_row_int(row, 1);
	return take_source(&found->source, row, why);
}

static err look_up(
	struct desk *desk, const struct secret_hash *hash, struct found_key *found, struct why *why)
{
	*found = (struct found_key){ .expires_ms = 0 };
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_found, found,
		"SELECT source, expires_ms FROM write_keys WHERE hash = ?1 AND revoked_ms IS NULL",
		sql_bytes(hash, sizeof(*hash)));
	desk_unlock(desk);
	return e;
}

static err answer(struct desk *desk, const struct found_key *found, char *source, struct why *why)
{
	if (!found->source.found)
		return fail(why, MSG_DESK_KEY_DENIED);
	if (found->expires_ms != 0 && found->expires_ms <= desk_now_ms(desk))
		return fail(why, MSG_DESK_KEY_OVER);
	memcpy(source, found->source.text, sizeof(found->source.text));
	return OK;
}

err key_find(struct desk *desk, str text, char *source, struct why *why)
{
	struct secret_hash hash = secret_hash(desk->key, text);
	struct found_key found;
	err e = secret_has_form(text, KEY_PREFIX) ? look_up(desk, &hash, &found, why)
						  : fail(why, MSG_DESK_KEY_DENIED);

	return e == OK ? answer(desk, &found, source, why) : e;
}

/* ---- the cache: a small table by a hash's first bytes, forgotten whole after any change.
 * Unknown keys are not kept: nobody can fill it from outside. */

enum { CACHE_SLOTS = 1024 };

struct cache_slot {
	struct secret_hash hash;
	struct found_key found;
	bool used;
};

struct key_cache {
	struct desk *desk;
	pthread_mutex_t lock; /* protects the two below; the desk's lock is not taken in it */
	uint64_t version;
	struct cache_slot slots[CACHE_SLOTS];
};

struct key_cache *key_cache_create(struct desk *desk)
{
	struct key_cache *cache = memory_alloc(sizeof(*cache));
	int code = pthread_mutex_init(&cache->lock, NULL);

	ASSERT(code == 0);
	cache->desk = desk;
	return cache;
}

void key_cache_free(struct key_cache *cache)
{
	if (cache == NULL)
		return;
	(void)pthread_mutex_destroy(&cache->lock); /* nobody holds it */
	free(cache);
}

static struct cache_slot *slot_of(struct key_cache *cache, const struct secret_hash *hash)
{
	uint16_t first;

	memcpy(&first, hash->bytes, sizeof(first));
	return &cache->slots[first % CACHE_SLOTS];
}

static bool cached(struct key_cache *cache, uint64_t version, const struct secret_hash *hash,
	struct found_key *found)
{
	struct cache_slot *slot = slot_of(cache, hash);
	int code = pthread_mutex_lock(&cache->lock);

	ASSERT(code == 0);
	if (cache->version != version) {
		memset(cache->slots, 0, sizeof(cache->slots));
		cache->version = version;
	}
	bool hit = slot->used && memcmp(&slot->hash, hash, sizeof(*hash)) == 0;
	if (hit)
		*found = slot->found;
	code = pthread_mutex_unlock(&cache->lock);
	ASSERT(code == 0);
	return hit;
}

static void keep(struct key_cache *cache, uint64_t version, const struct secret_hash *hash,
	const struct found_key *found)
{
	int code = pthread_mutex_lock(&cache->lock);

	ASSERT(code == 0);
	if (cache->version == version) /* else it was read from an older state */
		*slot_of(cache, hash) =
			(struct cache_slot){ .hash = *hash, .found = *found, .used = true };
	code = pthread_mutex_unlock(&cache->lock);
	ASSERT(code == 0);
}

err key_cache_find(struct key_cache *cache, str text, char *source, struct why *why)
{
	struct secret_hash hash = secret_hash(cache->desk->key, text);
	struct found_key found;
	uint64_t version;

	if (!secret_has_form(text, KEY_PREFIX))
		return fail(why, MSG_DESK_KEY_DENIED);
	err e = desk_version(cache->desk, &version, why);
	if (e != OK)
		return e;
	if (!cached(cache, version, &hash, &found)) {
		e = look_up(cache->desk, &hash, &found, why);
		if (e == OK && found.source.found)
			keep(cache, version, &hash, &found);
	}
	return e == OK ? answer(cache->desk, &found, source, why) : e;
}
