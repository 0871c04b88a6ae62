/* desk/retention.c - see retention.h */
#include "desk/retention.h"

#include "desk/desk_internal.h"

static err take_int(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(int64_t *)context = sql_row_int(row, 0);
	return OK;
}

static err insert(
	struct desk *desk, const struct retention_rule *rule, int64_t *id, struct why *why)
{
	int64_t count = 0;
	err e = sql_each(desk->sql, why, take_int, &count, "SELECT COUNT(*) FROM retention_rules",
		sql_none());

	if (e == OK && count >= RETENTION_RULES_MAX)
		e = fail(why, MSG_RETENTION_MANY, arg_int(count));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"INSERT INTO retention_rules (source, channel, activity, keep_ms, "
			"created_ms) "
			"VALUES (?1, ?2, ?3, ?4, ?5)",
			sql_str(rule->source), sql_str(rule->channel), sql_str(rule->activity),
			sql_int(rule->keep_ms), sql_int(desk_now_ms(desk)));
	if (e == OK)
		*id = sql_last_id(desk->sql);
	return e;
}

err retention_add(
	struct desk *desk, const struct retention_rule *rule, int64_t *id, struct why *why)
{
	if (rule->keep_ms < RETENTION_KEEP_MS_MIN)
		return fail(why, MSG_RETENTION_SHORT);
	err e = desk_begin(desk, why);
	return e == OK ? desk_end(desk, insert(desk, rule, id, why), why) : e;
}

struct rules {
	struct arena *arena;
	struct retention_rule *items;
	size_t count;
};

static err take_rule(void *context, const struct sql_row *row, struct why *why)
{
	struct rules *rules = context;

	if (rules->count == RETENTION_RULES_MAX)
		return OK;
	struct retention_rule *rule = &rules->items[rules->count++];
	*rule = (struct retention_rule){ .id = sql_row_int(row, 0),
		.source = arena_str(rules->arena, sql_row_str(row, 1)),
		.channel = arena_str(rules->arena, sql_row_str(row, 2)),
		.activity = arena_str(rules->arena, sql_row_str(row, 3)),
		.keep_ms = sql_row_int(row, 4),
		.created_ms = sql_row_int(row, 5),
		.run_ms = sql_row_int(row, 6),
		.gone = sql_row_int(row, 7) };
	return rule->source.ptr == NULL || rule->channel.ptr == NULL || rule->activity.ptr == NULL
		       ? fail(why, MSG_NO_ROOM, arg_c("rules"), arg_int(0))
		       : OK;
}

err retention_list(struct desk *desk, struct arena *arena, struct retention_rule **out,
	size_t *count, struct why *why)
{
	struct rules rules = { .arena = arena,
		.items = arena_array(arena, RETENTION_RULES_MAX, sizeof(*rules.items)) };

	if (rules.items == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("rules"), arg_int(0));
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_rule, &rules,
		"SELECT id, source, channel, activity, keep_ms, created_ms, run_ms, gone "
		"FROM retention_rules ORDER BY id",
		sql_none());
	desk_unlock(desk);
	*out = rules.items;
	*count = rules.count;
	return e;
}

static err end_change(struct desk *desk, int64_t id, err e, struct why *why)
{
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_RETENTION_UNKNOWN, arg_int(id));
	return desk_end(desk, e, why);
}

err retention_remove(struct desk *desk, int64_t id, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "DELETE FROM retention_rules WHERE id = ?1", sql_int(id));
	return end_change(desk, id, e, why);
}

err retention_note_run(struct desk *desk, int64_t id, int64_t gone, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE retention_rules SET run_ms = ?2, gone = gone + ?3 WHERE id = ?1",
		sql_int(id), sql_int(desk_now_ms(desk)), sql_int(gone));
	return end_change(desk, id, e, why);
}
