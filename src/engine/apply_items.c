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
	FAR_AHEAD = 40, /* where these are told */
};

/* Items that become records. */
struct applying {
	struct record records[APPLY_GROUP_MAX];
	struct record_identifier identifiers[APPLY_GROUP_MAX][FORM_IDENTIFIERS_MAX]; /* of rows */
	const struct record_form *forms[APPLY_GROUP_MAX]; /* which the place was last filled by */
	size_t count;
};

/* Items that are rows of one form, which is plain, in three groups: of one row after row comes and
 * is asked for, of the next the evidence, and the third is added.  Memory that was asked for comes
 * while two others are at work. */
struct plain_group {
	struct plain_rows rows;
	str values[PLAIN_ROWS_MAX];
	int64_t ms[PLAIN_ROWS_MAX]; /* identity counts in these */
	struct identity_asked asked;
};
_Static_assert((int)PLAIN_ROWS_MAX <= (int)IDENTITY_FIND_MAX, "found together");

enum { PLAIN_GROUPS = 3 };
struct plain {
	const struct record_form *form; /* the last one asked about; NULL: none */
	bool is_plain; /* it is */
	uint32_t source; /* its code */
	struct plain_group groups[PLAIN_GROUPS];
	struct plain_group *coming, *found, *added; /* these */
};

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

static void come(struct taking *t, const struct engine_item *item)
{
	struct plain_group *group = t->plain.coming;
	size_t at = group->rows.count++;

	group->rows.seqs[at] = item->seq;
	group->rows.times[at] = ticks_of(item->row->time);
	group->rows.channels[at] = formed_row_channel(item->row);
	group->rows.activities[at] = formed_row_activity(item->row);
	group->values[at] = formed_row_value(item->row);
	group->ms[at] = item->row->time.ms;
	identity_ask_one(
		t->engine->identity, &group->asked, type_of(t->plain.form), group->values[at]);
}

/* In their order: what one makes known, the next may name. */
static void add(struct taking *t, struct plain_group *group, size_t at)
{
	struct plain_rows *rows = &group->rows;

	if (rows->sets[at] == IDENTITY_NO_CODE)
		rows->sets[at] = identity_set_of_one(
			t->engine->identity, type_of(t->plain.form), group->values[at]);
	identity_add(t->engine->identity, rows->sets[at], rows->seqs[at], t->plain.source,
		group->ms[at]);
}

static void ask_evidence(const struct taking *t, const struct plain_rows *rows, size_t from)
{
	for (size_t i = from; i < MIN_OF(from + PREFETCH_BURST, rows->count); i++)
		identity_ask_evidence(t->engine->identity, rows->sets[i]);
}

/* Beside the row that comes, one of each of the others. */
static void go_on(struct taking *t, size_t at)
{
	struct plain *plain = &t->plain;

	if (at % PREFETCH_BURST == PREFETCH_BURST / 2)
		ask_evidence(t, &plain->found->rows, at - PREFETCH_BURST / 2);
	if (at < plain->added->rows.count)
		add(t, plain->added, at);
}

static void threads_take(struct taking *t, struct plain_rows *rows)
{
	if (rows->count == 0)
		return;
	rows->source = t->plain.form->pattern.source;
	rows->is_verified = t->plain.form->pattern.identifiers[0].verified;
	threads_add_plain(t->engine->threads, rows);
	t->engine->applied_seq = rows->seqs[rows->count - 1] + 1;
	t->engine->dirty = true;
	rows->count = 0;
}

/* All of a group is done: the next. */
static void turn(struct taking *t)
{
	struct plain *plain = &t->plain;
	struct plain_group *empty = plain->added;

	threads_take(t, &empty->rows);
	identity_find_asked(t->engine->identity, &plain->coming->asked, plain->coming->rows.sets);
	plain->added = plain->found;
	plain->found = plain->coming;
	plain->coming = empty;
}

static void apply_plain(struct taking *t)
{
	const struct plain *plain = &t->plain;

	while (plain->coming->rows.count + plain->found->rows.count + plain->added->rows.count >
		0) {
		for (size_t at = plain->coming->rows.count; at < PLAIN_ROWS_MAX; at++)
			go_on(t, at);
		turn(t);
	}
}

static void take_plain(struct taking *t, const struct engine_item *item)
{
	go_on(t, t->plain.coming->rows.count);
	come(t, item);
	if (t->plain.coming->rows.count == PLAIN_ROWS_MAX)
		turn(t);
}

static void plain_begin(struct plain *plain)
{
	plain->form = NULL;
	plain->is_plain = false;
	plain->coming = &plain->groups[0];
	plain->found = &plain->groups[1];
	plain->added = &plain->groups[2];
	for (size_t i = 0; i < PLAIN_GROUPS; i++)
		plain->groups[i].rows.count = plain->groups[i].asked.count = 0;
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
		if (plain->is_plain)
			plain->source =
				threads_name(t->engine->threads, plain->form->pattern.source);
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
	t.records.count = 0;
	plain_begin(&t.plain);
	memset(t.records.forms, 0, sizeof(t.records.forms));
	for (size_t i = 0; i < count; i++) {
		if (i + FAR_AHEAD < count)
			PREFETCH(&items[i + FAR_AHEAD]);
		if (i + AHEAD < count)
			prefetch_item(&items[i + AHEAD]);
		if (items[i].status == ITEM_NEW)
			take(&t, &items[i]);
	}
	apply_records(&t);
	apply_plain(&t);
}
