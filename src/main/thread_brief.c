/* main/thread_brief.c - see thread_brief.h */
#include "main/thread_brief.h"

#include "thread/recall.h"

struct thread_brief {
	const struct threads_view *view;
	struct recall *recall;
};

struct thread_brief *thread_brief_create(const struct threads_view *view, struct arena *arena)
{
	const struct recall_wanted wanted = { .fields = 1u << FIELD_SOURCE | 1u << FIELD_ACTOR |
							1u << FIELD_INTERACTION |
							1u << FIELD_CASE };
	struct thread_brief *brief = arena_alloc(arena, sizeof(*brief));

	if (brief == NULL)
		return NULL;
	brief->view = view;
	brief->recall = recall_create(view, &wanted, arena);
	return brief->recall != NULL ? brief : NULL;
}

/* What columns would tell of it; they keep times to 100 ns. */
static void shorten(struct record *record)
{
	const struct record whole = *record;

	*record = (struct record){ .kind = whole.kind,
		.seq = whole.seq,
		.has_time = whole.has_time,
		.time = { .ms = whole.time.ms, .sub_ns = whole.time.sub_ns / 100 * 100 },
		.source = whole.source,
		.channel = whole.channel,
		.activity = whole.activity,
		.interaction = whole.interaction,
		.case_id = whole.case_id,
		.actor = whole.actor };
}

err thread_brief_read(struct thread_brief *brief, struct engine *engine, uint32_t row,
	struct arena *one, struct record *out, struct why *why)
{
	err e = OK;

	if (!recall_row(brief->recall, row, out)) {
		arena_reset(one);
		e = engine_read(engine, threads_view_row(brief->view, row).seq, one, out, why);
		if (e == OK)
			shorten(out);
	}
	if (e == OK && out->kind == RECORD_CORRECTION) /* the event as it stands since */
		out->kind = RECORD_EVENT;
	return e;
}
