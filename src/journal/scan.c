/* journal/scan.c - reading the journal across its segments: see journal.h */
#include "journal/journal_internal.h"

#include <stdlib.h>

static err missing(struct journal *journal, uint64_t seq, uint64_t end_seq, struct why *why)
{
	return fail(why, MSG_JOURNAL_MISSING, arg_c(journal->folder), arg_int((int64_t)seq),
		arg_int((int64_t)end_seq - 1));
}

err journal_read(struct journal *journal, uint64_t seq, struct arena *arena,
	struct journal_record *out, struct why *why)
{
	if (seq == 0 || seq >= journal_end(journal))
		return fail(why, MSG_JOURNAL_NO_RECORD, arg_int((int64_t)seq));
	struct segment *segment = journal_find(journal, seq);
	if (segment == NULL)
		return missing(journal, seq, seq + 1, why);
	err e = segment_read(segment, journal->cache, seq, arena, out, why);
	segment_unref(segment);
	return e;
}

struct journal_scan {
	struct journal *journal;
	struct segment *segment; /* of the cursor */
	struct segment_cursor *cursor; /* NULL between segments */
	uint64_t seq; /* the next one */
};

err journal_scan_open(
	struct journal *journal, uint64_t from_seq, struct journal_scan **out, struct why *why)
{
	if (from_seq == 0 || from_seq > journal_end(journal))
		return fail(why, MSG_JOURNAL_NO_RECORD, arg_int((int64_t)from_seq));
	struct journal_scan *scan = memory_alloc(sizeof(*scan));
	*scan = (struct journal_scan){ .journal = journal, .seq = from_seq };
	*out = scan;
	return OK;
}

static void leave_segment(struct journal_scan *scan)
{
	segment_cursor_close(scan->cursor);
	segment_unref(scan->segment);
	scan->cursor = NULL;
	scan->segment = NULL;
}

static err enter_segment(struct journal_scan *scan, struct why *why)
{
	scan->segment = journal_find(scan->journal, scan->seq);
	if (scan->segment != NULL) {
		scan->cursor = segment_cursor_open(scan->segment, scan->seq);
		return OK;
	}
	struct segment *first = journal_segment(scan->journal, 0);
	uint64_t from = scan->seq;
	scan->seq = segment_first_seq(first);
	segment_unref(first);
	return missing(scan->journal, from, scan->seq, why);
}

err journal_scan_next(
	struct journal_scan *scan, bool *more, struct journal_record *out, struct why *why)
{
	struct segment_item item = { .kind = ITEM_END };

	for (;;) {
		if (scan->cursor == NULL) {
			if (scan->seq >= journal_end(scan->journal)) {
				*more = false;
				return OK;
			}
			err e = enter_segment(scan, why);
			if (e != OK)
				return e;
		}
		err e = segment_cursor_next(scan->cursor, &item, why);
		if (e != OK)
			return e;
		if (item.kind != ITEM_END)
			break;
		leave_segment(scan);
	}
	scan->seq = item.end_seq;
	if (item.kind == ITEM_DAMAGE)
		return segment_damage(scan->segment, item.seq, item.end_seq, item.at, why);
	*out = (struct journal_record){ item.seq, item.received_ms, item.bytes };
	*more = true;
	return OK;
}

void journal_scan_close(struct journal_scan *scan)
{
	if (scan == NULL)
		return;
	leave_segment(scan);
	free(scan);
}
