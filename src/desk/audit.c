/* desk/audit.c - see audit.h */
#include "desk/audit.h"

#include <string.h>

#include "desk/desk_internal.h"

enum { CHAINED_BYTES_MAX = 1 << 16 };

/* What a row says, unambiguously: numbers and lengths in front. */
static err chain_of(struct desk *desk, const struct secret_hash *before,
	const struct audit_row *row, const struct secret_hash *subject, struct secret_hash *out,
	struct why *why)
{
	const str parts[] = { row->who, row->action, row->outcome, row->trace };
	struct strbuf text = strbuf_heap(CHAINED_BYTES_MAX);

	strbuf_add(&text, (str){ (const char *)before->bytes, sizeof(before->bytes) });
	strbuf_add(&text, (str){ (const char *)subject->bytes, sizeof(subject->bytes) });
	strbuf_add_int(&text, row->at_ms);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		strbuf_add_byte(&text, ':');
		strbuf_add_int(&text, (int64_t)parts[i].len);
		strbuf_add_byte(&text, ':');
		strbuf_add(&text, parts[i]);
	}
	bool whole = strbuf_ok(&text);
	if (whole)
		*out = secret_hash(desk->key, strbuf_str(&text));
	strbuf_done(&text);
	return whole ? OK : fail(why, MSG_NO_ROOM, arg_c("audit"), arg_int(CHAINED_BYTES_MAX));
}

static err take_hash(void *context, const struct sql_row *row, struct why *why)
{
	str bytes = sql_row_str(row, 0);
	struct secret_hash *hash = context;

	if (bytes.len != sizeof(hash->bytes))
		return fail(why, MSG_DESK_DAMAGED, arg_c("audit"));
	memcpy(hash->bytes, bytes.ptr, bytes.len);
	return OK;
}

static err insert(struct desk *desk, const struct audit_row *row, struct why *why)
{
	struct secret_hash before = { { 0 } }, chain,
			   subject = secret_hash(desk->key, row->subject);
	err e = sql_each(desk->sql, why, take_hash, &before,
		"SELECT chain FROM audit ORDER BY id DESC LIMIT 1", sql_none());

	if (e == OK)
		e = chain_of(desk, &before, row, &subject, &chain, why);
	if (e != OK)
		return e;
	return sql_do(desk->sql, why,
		"INSERT INTO audit (at_ms, who, action, subject, subject_hash, outcome, trace, "
		"chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		sql_int(row->at_ms), sql_str(row->who), sql_str(row->action),
		row->subject.len == 0 || row->hides_subject ? sql_null() : sql_str(row->subject),
		sql_bytes(&subject, sizeof(subject)), sql_str(row->outcome), sql_str(row->trace),
		sql_bytes(&chain, sizeof(chain)));
}

err audit_add(struct desk *desk, const struct audit_row *row, struct why *why)
{
	struct audit_row dated = *row;
	err e = row->is_reading ? desk_begin_later(desk, why) : desk_begin(desk, why);

	if (e != OK)
		return e;
	dated.at_ms = desk_now_ms(desk);
	e = insert(desk, &dated, why);
	return row->is_reading ? desk_end_later(desk, e, why) : desk_end_unseen(desk, e, why);
}

/* ---- reading */

struct reading {
	err (*take)(void *context, const struct audit_row *row, struct why *why);
	void *context;
};

static struct audit_row row_of(const struct sql_row *row)
{
	return (struct audit_row){ .id = sql_row_int(row, 0),
		.at_ms = sql_row_int(row, 1),
		.who = sql_row_str(row, 2),
		.action = sql_row_str(row, 3),
		.subject = sql_row_str(row, 4),
		.outcome = sql_row_str(row, 5),
		.trace = sql_row_str(row, 6) };
}

static err take_row(void *context, const struct sql_row *row, struct why *why)
{
	struct reading *reading = context;
	struct audit_row told = row_of(row);

	return reading->take(reading->context, &told, why);
}

#define COLUMNS "id, at_ms, who, action, subject, outcome, trace"

err audit_each(struct desk *desk, const struct audit_search *search,
	err (*take)(void *context, const struct audit_row *row, struct why *why), void *context,
	struct why *why)
{
	struct reading reading = { take, context };
	struct secret_hash subject = secret_hash(desk->key, search->subject);

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_row, &reading,
		"SELECT " COLUMNS " FROM audit WHERE (?1 = '' OR who = ?1) "
		"AND (?2 = '' OR action = ?2) AND (?3 IS NULL OR subject_hash = ?3) "
		"AND (?4 IS NULL OR at_ms >= ?4) AND (?5 IS NULL OR at_ms < ?5) "
		"AND (?6 IS NULL OR id < ?6) ORDER BY id DESC LIMIT ?7",
		sql_str(search->who), sql_str(search->action),
		search->subject.len == 0 ? sql_null() : sql_bytes(&subject, sizeof(subject)),
		sql_time(search->since_ms), sql_time(search->until_ms), sql_time(search->before_id),
		sql_int(search->limit));
	desk_unlock(desk);
	return e;
}

err audit_forget(struct desk *desk, const str *subjects, size_t count, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < count; i++) {
		struct secret_hash hash = secret_hash(desk->key, subjects[i]);
		e = sql_do(desk->sql, why,
			"UPDATE audit SET subject = NULL WHERE subject_hash = ?1 "
			"AND subject IS NOT NULL",
			sql_bytes(&hash, sizeof(hash)));
	}
	e = desk_end_unseen(desk, e, why);
	desk_lock(desk); /* old pages stand in the log until it is emptied */
	if (e == OK)
		e = sql_do(desk->sql, why, "PRAGMA wal_checkpoint(TRUNCATE)", sql_none());
	desk_unlock(desk);
	return e;
}

/* ---- the chain */

struct walking {
	struct desk *desk;
	struct secret_hash before;
	int64_t rows, id; /* of the row before: none is left out */
};

static err take_link(void *context, const struct sql_row *sql, struct why *why)
{
	struct walking *walking = context;
	struct audit_row row = row_of(sql);
	str subject = sql_row_str(sql, 7), chain = sql_row_str(sql, 8);
	struct secret_hash hash, made;

	if (subject.len != sizeof(hash) || chain.len != sizeof(hash))
		return fail(why, MSG_DESK_AUDIT, arg_int(row.id));
	memcpy(&hash, subject.ptr, sizeof(hash));
	err e = chain_of(walking->desk, &walking->before, &row, &hash, &made, why);
	if (e != OK)
		return e;
	if (memcmp(&made, chain.ptr, sizeof(made)) != 0 || row.id != walking->id + 1)
		return fail(why, MSG_DESK_AUDIT, arg_int(row.id));
	walking->before = made;
	walking->id = row.id;
	walking->rows++;
	return OK;
}

err audit_check(struct desk *desk, int64_t *rows, struct why *why)
{
	struct walking walking = { .desk = desk };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_link, &walking,
		"SELECT " COLUMNS ", subject_hash, chain FROM audit ORDER BY id", sql_none());
	desk_unlock(desk);
	if (e == OK)
		*rows = walking.rows;
	return e;
}
