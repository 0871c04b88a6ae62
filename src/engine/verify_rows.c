/* engine/verify_rows.c - each record against the row that it must have made; see verify.h
 *
 * What a replay would have to remember is little, since the rows below the present one are
 * compared already: which of them are hidden, and the newest row of what was corrected.  A row
 * whose record is gone (a TOMBSTONE in its place) must be hidden; a state that was made since
 * the bytes were erased has no such row.
 */
#include "engine/verify_internal.h"

#include "base/map64.h"
#include "engine/erase.h"
#include "thread/attribute_check.h"

#include <stdlib.h>

struct verify_rows {
	struct verifying *v;
	struct verify_evidence *evidence;
	struct attributes_check *columns; /* NULL: there are none */
	struct map64 *latest; /* first version's sequence -> newest row, of what was corrected */
	uint8_t *hidden; /* a bit a row */
	uint32_t next; /* the row to come */
	uint32_t count;
	uint64_t events, entities;
	int64_t first, last;
};

struct verify_rows *verify_rows_create(struct verifying *v)
{
	struct verify_rows *r = memory_alloc(sizeof(*r));
	const struct attributes_view *columns = threads_view_attributes(v->view);

	r->v = v;
	r->count = (uint32_t)threads_view_rows(v->view);
	r->evidence = verify_evidence_create(v);
	r->columns = columns == NULL ? NULL : attributes_check_create(columns, r->count);
	r->latest = map64_create();
	r->hidden = memory_alloc(r->count / 8 + 1);
	return r;
}

void verify_rows_free(struct verify_rows *r)
{
	if (r == NULL)
		return;
	verify_evidence_free(r->evidence);
	attributes_check_free(r->columns);
	map64_free(r->latest);
	free(r->hidden);
	free(r);
}

static bool is_hidden(const struct verify_rows *r, uint32_t row)
{
	return (r->hidden[row / 8] >> (row % 8) & 1) != 0;
}

static void hide(struct verify_rows *r, uint32_t row)
{
	uint32_t set = threads_view_row(r->v->view, row).set;

	r->hidden[row / 8] |= (uint8_t)(1u << (row % 8));
	if (set != IDENTITY_NO_CODE)
		verify_evidence_remove(r->evidence, set);
}

static uint32_t row_with(const struct verify_rows *r, uint64_t seq)
{
	uint32_t low = 0, high = r->next;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (threads_view_seq(r->v->view, middle) < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->next && threads_view_seq(r->v->view, low) == seq ? low : ROW_NONE;
}

/* The row that shows the event of which `seq` is a version, or ROW_NONE. */
static uint32_t shown(const struct verify_rows *r, uint64_t seq, uint64_t *origin)
{
	uint32_t row = row_with(r, seq);
	uint64_t newest;

	if (row == ROW_NONE)
		return ROW_NONE;
	*origin = threads_view_row(r->v->view, row).origin;
	if (map64_get(r->latest, *origin, &newest))
		row = (uint32_t)newest;
	return is_hidden(r, row) ? ROW_NONE : row;
}

/* ---- one row */

static bool same_what(const struct verify_rows *r, uint32_t code, const struct record *record)
{
	struct what what = threads_view_what(r->v->view, code);

	return str_equal(threads_view_name(r->v->view, what.channel), record->channel) &&
	       str_equal(threads_view_name(r->v->view, what.activity), record->activity);
}

static bool same_row(const struct verify_rows *r, const struct row *row,
	const struct record *record, uint64_t origin)
{
	unsigned flags = row_flags_of(record, origin != record->seq) |
			 (record->trait_count > 0 ? ROW_TELLS : 0u);
	int64_t time = record->has_time ? ticks_of(record->time) : INT64_MIN;

	return row->origin == origin && row->time == time &&
	       (row->flags & ~(unsigned)ROW_HIDDEN) == flags && same_what(r, row->what, record);
}

/* Rows that no record before `seq` accounts for. */
static void skip_to(struct verify_rows *r, uint64_t seq)
{
	for (; r->next < r->count && threads_view_seq(r->v->view, r->next) < seq; r->next++) {
		verify_fault_at(r->v, MSG_VERIFY_ROW_EXTRA, threads_view_seq(r->v->view, r->next));
		hide(r, r->next);
		if (r->columns != NULL)
			attributes_check_pass(r->columns, r->next);
	}
}

static bool has_row(const struct verify_rows *r, uint64_t seq)
{
	return r->next < r->count && threads_view_seq(r->v->view, r->next) == seq;
}

/* False: it is missing, and told. */
static bool expect_row(struct verify_rows *r, const struct record *record, uint64_t origin)
{
	if (!has_row(r, record->seq)) {
		verify_fault_at(r->v, MSG_VERIFY_ROW_MISSING, record->seq);
		return false;
	}
	struct row row = threads_view_row(r->v->view, r->next);
	if (!same_row(r, &row, record, origin))
		verify_fault_at(r->v, MSG_VERIFY_ROW_DIFFERS, record->seq);
	verify_evidence_add(r->evidence, row.set, record);
	bool same = told_is(threads_view_told(r->v->view), r->next, record);
	if (!same || (r->columns != NULL && !attributes_check_row(r->columns, r->next, record)))
		verify_fault_at(r->v, MSG_VERIFY_COLUMNS, record->seq);
	r->next++;
	return true;
}

/* Nothing is told of it any more; if the live state was made before, it has the row yet, and it
 * must be hidden. */
static void pass_row(struct verify_rows *r, uint64_t seq)
{
	if (!has_row(r, seq))
		return;
	struct row row = threads_view_row(r->v->view, r->next);
	if (row.set != IDENTITY_NO_CODE)
		verify_evidence_pass(r->evidence, row.set);
	r->hidden[r->next / 8] |= (uint8_t)(1u << (r->next % 8));
	if (r->columns != NULL)
		attributes_check_pass(r->columns, r->next);
	r->next++;
}

/* ---- what each kind of record does, as engine_apply() says */

/* Of what is gone it makes no row; a state from before the bytes went has one that is hidden. */
static void correct(struct verify_rows *r, const struct record *record)
{
	uint64_t origin;
	uint32_t row = shown(r, record->target, &origin);

	if (row == ROW_NONE)
		pass_row(r, record->seq);
	if (row == ROW_NONE || !expect_row(r, record, origin))
		return;
	map64_put(r->latest, origin, r->next - 1);
	hide(r, row);
}

static void retract(struct verify_rows *r, uint64_t seq)
{
	uint64_t origin;
	uint32_t row = shown(r, seq, &origin);

	if (row != ROW_NONE)
		hide(r, row);
}

static void erase(struct verify_rows *r, const struct record *record)
{
	struct erasure_reader reader = erasure_reader_of(record->payload);
	struct erased item;

	while (erasure_next(&reader, &item)) {
		retract(r, item.seq);
		verify_evidence_forget(r->evidence, item.seq);
	}
}

void verify_rows_record(struct verify_rows *r, const struct record *record)
{
	skip_to(r, record->seq);
	switch (record->kind) {
	case RECORD_EVENT:
	case RECORD_ENTITY:
		(void)expect_row(r, record, record->seq); /* told where it is missing */
		break;
	case RECORD_IDENTITY:
		verify_evidence_decide(r->evidence, record);
		break;
	case RECORD_CORRECTION:
		correct(r, record);
		break;
	case RECORD_RETRACTION:
		retract(r, record->target);
		break;
	case RECORD_ERASURE:
		erase(r, record);
		break;
	case RECORD_TOMBSTONE:
		pass_row(r, record->seq);
		break;
	case RECORD_SOURCE:
	case RECORD_KIND_COUNT_:
		break;
	}
}

/* ---- the end */

static void count_row(struct verify_rows *r, const struct row *row)
{
	if (row->flags & ROW_ENTITY) {
		r->entities++;
		return;
	}
	r->events++;
	r->first = MIN_OF(r->first, row->time);
	r->last = MAX_OF(r->last, row->time);
}

static void check_counts(struct verify_rows *r)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	const struct threads_view *view = r->v->view;
	bool known = threads_view_bounds(view, &first, &last);

	if (threads_view_events(view) != r->events || threads_view_entities(view) != r->entities ||
		known != (r->events > 0) || (known && (first != r->first || last != r->last)))
		verify_fault_at(r->v, MSG_VERIFY_COUNTS, r->events);
}

void verify_rows_end(struct verify_rows *r)
{
	skip_to(r, UINT64_MAX);
	r->first = INT64_MAX;
	r->last = INT64_MIN;
	for (uint32_t i = 0; i < r->count; i++) {
		struct row row = threads_view_row(r->v->view, i);
		bool live_hidden = (row.flags & ROW_HIDDEN) != 0;
		if (live_hidden != is_hidden(r, i))
			verify_fault_at(r->v, MSG_VERIFY_HIDDEN, row.seq);
		if (!live_hidden)
			count_row(r, &row);
	}
	check_counts(r);
	if (r->columns != NULL && !attributes_check_end(r->columns))
		verify_fault_at(r->v, MSG_VERIFY_COLUMNS, r->v->end_seq);
	verify_evidence_end(r->evidence);
}
