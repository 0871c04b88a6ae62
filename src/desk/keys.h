/* desk/keys.h - write keys: who holds one may add events, as one source, and read nothing.
 *
 * Keys are rotated without loss: rotating makes a new one, and the old one goes on for a while.
 */
#pragma once

#include "desk/desk.h"

#define KEY_PREFIX "ak_"

struct write_key {
	int64_t id;
	str source, hint;
	int64_t created_ms, expires_ms, revoked_ms; /* 0: never */
};

/* The source is made if it is not there.  `secret` is the one time that anybody sees it. */
err key_create(struct desk *desk, str source, int64_t *id, struct secret *secret, struct why *why);
/* A new key for the source of key `id`, which itself ends `grace_ms` from now.  ERR_NOT_FOUND: no
 * such key, or revoked. */
err key_rotate(struct desk *desk, int64_t id, int64_t grace_ms, int64_t *new_id,
	struct secret *secret, struct why *why);
err key_revoke(struct desk *desk, int64_t id, struct why *why); /* at once; twice is fine */

/* All of them, oldest first; texts in `arena`. */
err key_list(struct desk *desk, struct arena *arena, struct write_key **out, size_t *count,
	struct why *why);

/* Whose key is this?  The source goes to `source` (at least DESK_NAME_BYTES_MAX + 1 bytes), NUL-
 * terminated.  ERR_DENIED: nobody's, or it is over. */
err key_find(struct desk *desk, str text, char *source, struct why *why);

/* The same from memory: asks the database once for each key, and again after any change of it.
 * Threads: any. */
struct key_cache;
struct key_cache *key_cache_create(struct desk *desk);
void key_cache_free(struct key_cache *cache); /* NULL is fine */
err key_cache_find(struct key_cache *cache, str text, char *source, struct why *why);
