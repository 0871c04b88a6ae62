/* engine/apply_items.c - the new items of a batch on their way into the state, a few at a time
 *
 * Rows of a file that tell nothing but who, when, on which channel and what are no records here:
 * what state they make is the same, for a third of the work (thread.h, identity.h).
 */
#include "engine/engine_internal.h"

#include "event/form.h"

#include <string.h>

enum {
	LINE_BYTES = 64, /* of the processor's caches */
	ROW_BYTES_USUAL = 192, /* a row and its bytes */
	AHEAD = 16, /* items: another thread prepared them */
};

/* Items that become records. */
struct applying {
	struct record records[APPLY_GROUP_MAX];
	struct record_identifier identifiers[APPLY_GROUP_MAX][FORM_IDENTIFIERS_MAX]; /* of rows */
	const struct record_form *forms[APPLY_GROUP_MAX]; /* which the place was last filled by */
	size_t count;
};

/* Items that are rows of one form, which is plain. */
struct plain {
	const struct record_form *form; /* the last one asked about; NULL: none */
	bool is_plain; /* it is */
	struct plain_rows rows;
	str values[PLAIN_ROWS_MAX];
	int64_t ms[PLAIN_ROWS_MAX]; /* identity counts in these */
};
_Static_assert((int)PLAIN_ROWS_MAX <= (int)IDENTITY_FIND_MAX, "found together");

struct taking {
	struct engine *engine;
	int64_t received_ms;
	struct applying records;
	struct plain plain;
};

/* ---- records */

static void fill(struct applying *group, size_t at, const struct engine_item *item)
{
	struct record *record = &group->records[at];
	const struct record_form *form = item->row == NULL ? NULL : item->row->form;

	if (form == NULL)
		*record = *item->record;
	else if (form == group->forms[at])
		formed_row_next_record(item->row, group->identifiers[at], record);
	else
		formed_row_record(item->row, group->identifiers[at], record);
	group->forms[at] = form;
}

static void apply_records(struct taking *t)
{
	if (t->records.count > 0)
		engine_apply(t->engine, t->records.records, t->records.count);
	t->records.count = 0;
}

static void take_record(struct taking *t, const struct engine_item *item)
{
	struct applying *group = &t->records;

	fill(group, group->count, item);
	struct record *record = &group->records[group->count++];
	record->seq = item->seq;
	record->received_ms = t->received_ms;
	if (group->count == APPLY_GROUP_MAX)
		apply_records(t);
}

/* ---- plain rows */

static str type_of(const struct record_form *form)
{
	return form->pattern.identifiers[0].type;
}

/* In their order: what one makes known, the next may name. */
static void tell_identity(struct engine *engine, struct plain *plain)
{
	struct plain_rows *rows = &plain->rows;
	uint32_t source = threads_name(engine->threads, rows->source);

	identity_find_sets_of_one(
		engine->identity, type_of(plain->form), plain->values, rows->count, rows->sets);
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->sets[i] == IDENTITY_NO_CODE)
			rows->sets[i] = identity_set_of_one(
				engine->identity, type_of(plain->form), plain->values[i]);
		identity_add(engine->identity, rows->sets[i], rows->seqs[i], source, plain->ms[i]);
	}
}

static void apply_plain(struct taking *t)
{
	struct plain_rows *rows = &t->plain.rows;

	if (rows->count == 0)
		return;
	rows->source = t->plain.form->pattern.source;
	rows->is_verified = t->plain.form->pattern.identifiers[0].verified;
	tell_identity(t->engine, &t->plain);
	threads_add_plain(t->engine->threads, rows);
	t->engine->applied_seq = rows->seqs[rows->count - 1] + 1;
	t->engine->dirty = true;
	rows->count = 0;
}

static void take_plain(struct taking *t, const struct engine_item *item)
{
	struct plain_rows *rows = &t->plain.rows;
	size_t at = rows->count++;

	rows->seqs[at] = item->seq;
	rows->sets[at] = IDENTITY_NO_CODE; /* until it is found */
	rows->times[at] = ticks_of(item->row->time);
	rows->channels[at] = formed_row_channel(item->row);
	rows->activities[at] = formed_row_activity(item->row);
	t->plain.values[at] = formed_row_value(item->row);
	t->plain.ms[at] = item->row->time.ms;
	if (rows->count == PLAIN_ROWS_MAX)
		apply_plain(t);
}

/* ---- all */

/* Rows come in long runs of one form. */
static bool is_plain(struct taking *t, const struct engine_item *item)
{
	struct plain *plain = &t->plain;

	if (item->row == NULL)
		return false;
	if (item->row->form != plain->form) {
		apply_plain(t);
		plain->form = item->row->form;
		plain->is_plain = record_form_is_plain(plain->form);
	}
	return plain->is_plain;
}

static void take(struct taking *t, const struct engine_item *item)
{
	if (engine_planted.skip_apply && item->seq % 10 == 0)
		return;
	if (is_plain(t, item)) {
		apply_records(t);
		take_plain(t, item);
	} else {
		apply_plain(t);
		take_record(t, item);
	}
}

static void prefetch_item(const struct engine_item *item)
{
	const char *from = item->row != NULL ? (const char *)item->row : (const char *)item->record;
	size_t bytes = item->row != NULL ? ROW_BYTES_USUAL : sizeof(*item->record);

	for (size_t at = 0; at < bytes; at += LINE_BYTES)
		PREFETCH(from + at);
}

void engine_apply_items(
	struct engine *engine, const struct engine_item *items, size_t count, int64_t received_ms)
{
	struct taking t; /* it needs no zeros, but: */

	t.engine = engine;
	t.received_ms = received_ms;
	t.records.count = t.plain.rows.count = 0;
	t.plain.form = NULL;
	t.plain.is_plain = false;
	memset(t.records.forms, 0, sizeof(t.records.forms));
	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			prefetch_item(&items[i + AHEAD]);
		if (items[i].status == ITEM_NEW)
			take(&t, &items[i]);
	}
	apply_records(&t);
	apply_plain(&t);
}
