/* desk/once.c - see once.h */
#include "desk/once.h"

#include "desk/desk_internal.h"

struct found {
	const struct digest128 *request;
	bool known, same;
};

static err take(void *context, const struct sql_row *row, struct why *why)
{
	struct found *found = context;
	str bytes = sql_row_str(row, 0);

	(void)why;
	found->known = true;
	found->same = bytes.len == sizeof(*found->request) &&
		      memcmp(bytes.ptr, found->request, bytes.len) == 0;
	return OK;
}

static err begin(
	struct desk *desk, const struct digest128 *key, struct found *found, struct why *why)
{
	int64_t now_ms = desk_now_ms(desk);
	err e = sql_do(desk->sql, why, "DELETE FROM once_keys WHERE at_ms < ?1",
		sql_int(now_ms - ONCE_MS));

	if (e == OK)
		e = sql_each(desk->sql, why, take, found,
			"SELECT request FROM once_keys WHERE hash = ?1",
			sql_bytes(key, sizeof(*key)));
	if (e == OK && !found->known)
		e = sql_do(desk->sql, why,
			"INSERT INTO once_keys (hash, request, at_ms) VALUES (?1, ?2, ?3)",
			sql_bytes(key, sizeof(*key)),
			sql_bytes(found->request, sizeof(*found->request)), sql_int(now_ms));
	return e;
}

err once_begin(struct desk *desk, const struct digest128 *key, const struct digest128 *request,
	bool *known, bool *same, struct why *why)
{
	struct found found = { .request = request };
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = desk_end_unseen(desk, begin(desk, key, &found, why), why);
	if (e == OK) {
		*known = found.known;
		*same = found.same;
	}
	return e;
}

err once_forget(struct desk *desk, const struct digest128 *key, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "DELETE FROM once_keys WHERE hash = ?1",
		sql_bytes(key, sizeof(*key)));
	return desk_end_unseen(desk, e, why);
}
