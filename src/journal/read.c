/* journal/read.c - one record of a segment by its sequence: see segment.h
 *
 * Rows: the sparse index gives a place at most SEGMENT_INDEX_BYTES before it; from there it is a
 * hop from record to record.  Where anything looks odd, the cursor tells what it is.
 */
#include "journal/cache.h"
#include "journal/segment_internal.h"

/* What lies between two places of the index, and a usual record more. */
enum { READ_WINDOW_BYTES = SEGMENT_INDEX_BYTES + (4 << 10) };

/* Makes the index of a closed row file, once.  Readers of this segment wait for it. */
static err index_rows(struct segment *s, struct why *why)
{
	err e = OK;

	segment_lock(s);
	if (!s->indexed) {
		struct row_walk walk = segment_walk(s, s->end_at);
		struct row_found found = { .step = ROW_BATCH };
		while (e == OK && (found.step == ROW_BATCH || found.step == ROW_GAP)) {
			e = row_walk_next(&walk, &found, why);
			if (e == OK && found.step == ROW_BATCH && found.body_ok)
				segment_note_batch(s, &found.mark, found.body);
		}
		row_window_done(&walk.window);
		s->indexed = e == OK;
	}
	segment_unlock(s);
	return e;
}

/* One step from record to record; *ok false: something is odd, let the cursor say what. */
struct hop {
	struct row_window window;
	uint64_t at, seq, salt;
	uint64_t batch_end; /* where the next one begins: behind the foot */
	uint32_t left; /* records of this batch from `at` on */
	int64_t received_ms;
};

static err enter_batch(struct hop *hop, bool *ok, struct why *why)
{
	struct row_mark mark;
	const char *bytes;

	*ok = hop->at <= hop->window.limit && hop->window.limit - hop->at >= ROW_MARK_BYTES;
	if (!*ok)
		return OK;
	err e = row_window_need(&hop->window, hop->at, ROW_MARK_BYTES, &bytes, why);
	*ok = e == OK && row_mark_decode(bytes, hop->at, &mark) && !mark.end &&
	      mark.salt == hop->salt && mark.first_seq == hop->seq;
	if (!*ok)
		return e;
	hop->left = mark.count;
	hop->batch_end = hop->at + ROW_MARK_BYTES + mark.body_bytes;
	hop->received_ms = mark.received_ms;
	hop->at += ROW_MARK_BYTES;
	return OK;
}

/* The record at the hop, head and bytes. */
static err here(struct hop *hop, bool *ok, const char **head, str *bytes, struct why *why)
{
	uint64_t room = hop->window.limit - hop->at;
	err e = OK;

	*ok = room >= ROW_RECORD_HEAD_BYTES;
	if (*ok)
		e = row_window_need(&hop->window, hop->at, ROW_RECORD_HEAD_BYTES, head, why);
	if (e != OK || !*ok)
		return e;
	size_t length = row_record_length(*head);
	*ok = length <= room - ROW_RECORD_HEAD_BYTES;
	if (*ok)
		e = row_window_need(
			&hop->window, hop->at, ROW_RECORD_HEAD_BYTES + length, head, why);
	if (e == OK && *ok)
		*bytes = (str){ *head + ROW_RECORD_HEAD_BYTES, length };
	return e;
}

static err hop_to(
	struct hop *hop, uint64_t seq, bool *ok, const char **head, str *bytes, struct why *why)
{
	err e = OK;

	for (*ok = true; e == OK && *ok;) {
		if (hop->left == 0) {
			if (hop->batch_end > 0)
				hop->at = hop->batch_end;
			e = enter_batch(hop, ok, why);
			continue;
		}
		e = here(hop, ok, head, bytes, why);
		if (e != OK || !*ok || hop->seq == seq)
			break;
		hop->at += ROW_RECORD_HEAD_BYTES + bytes->len;
		hop->seq++;
		hop->left--;
	}
	if (e == OK && *ok)
		*ok = row_record_is_whole(*head, *bytes);
	return e;
}

static err give(str bytes, uint64_t seq, int64_t received_ms, struct arena *arena,
	struct journal_record *out, struct why *why)
{
	str copy = arena_str(arena, bytes);

	if (copy.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)bytes.len));
	*out = (struct journal_record){ seq, received_ms, copy };
	return OK;
}

/* By the index.  *done false: not found that way. */
static err read_quickly(struct segment *s, uint64_t seq, struct arena *arena, bool *done,
	struct journal_record *out, struct why *why)
{
	struct hop hop = { .window = { .file = s->file } };
	struct row_place place = { 0 };
	const char *head;
	str bytes;

	segment_lock(s);
	const struct row_place *found = segment_find_place(s, seq);
	if (found != NULL)
		place = *found;
	hop.window.limit = s->end_at;
	hop.salt = s->head.salt;
	segment_unlock(s);
	*done = false;
	if (found == NULL)
		return OK;
	hop.at = place.batch_at;
	hop.seq = place.batch_seq;
	/* Of a long batch only its mark is needed there. */
	hop.window.chunk = place.within < READ_WINDOW_BYTES ? READ_WINDOW_BYTES : ROW_MARK_BYTES;
	err e = enter_batch(&hop, done, why);
	if (e == OK && *done) {
		hop.at += place.within;
		hop.window.chunk = READ_WINDOW_BYTES;
		hop.left -= (uint32_t)(place.seq - place.batch_seq);
		hop.seq = place.seq;
		e = hop_to(&hop, seq, done, &head, &bytes, why);
	}
	if (e == OK && *done)
		e = give(bytes, seq, hop.received_ms, arena, out, why);
	row_window_done(&hop.window);
	return e;
}

/* From the nearest batch on: finds records around damage, and words for damage. */
static err read_slowly(struct segment *s, uint64_t seq, struct arena *arena,
	struct journal_record *out, struct why *why)
{
	struct segment_cursor *c = segment_cursor_open(s, seq);
	struct segment_item item;
	err e = segment_cursor_next(c, &item, why);

	if (e == OK && item.kind == ITEM_RECORD && item.seq == seq)
		e = give(item.bytes, seq, item.received_ms, arena, out, why);
	else if (e == OK)
		e = segment_damage(s, seq, seq + 1, item.at, why);
	segment_cursor_close(c);
	return e;
}

static err read_sealed(struct segment *s, struct block_cache *cache, uint64_t seq,
	struct arena *arena, struct journal_record *out, struct why *why)
{
	size_t i = segment_find_block(s, seq);
	bool ok = i < s->block_count && s->blocks[i].first_seq <= seq &&
		  seq - s->blocks[i].first_seq < s->blocks[i].count;
	struct sealed_record *records;
	err e = OK;

	if (!ok)
		return segment_damage(s, seq, seq + 1, s->end_at, why);
	struct cached_block *held = block_cache_find(cache, s->id, i);
	if (held == NULL) {
		struct arena *own = arena_create(SEALED_BLOCK_MEMORY_MAX);
		e = sealed_block_load(s->file, &s->blocks[i], own, &ok, &records, why);
		if (e != OK || !ok) {
			arena_free(own);
			if (e == OK)
				segment_set_damaged(s);
			return e != OK ? e : segment_damage(s, seq, seq + 1, s->blocks[i].at, why);
		}
		held = block_cache_add(cache, s->id, i, own, records);
	}
	const struct sealed_record *record = &held->records[seq - s->blocks[i].first_seq];
	e = give(record->bytes, seq, record->received_ms, arena, out, why);
	block_cache_leave(cache, held);
	return e;
}

err segment_read(struct segment *segment, struct block_cache *cache, uint64_t seq,
	struct arena *arena, struct journal_record *out, struct why *why)
{
	bool done;

	if (segment->name.sealed)
		return read_sealed(segment, cache, seq, arena, out, why);
	err e = index_rows(segment, why);
	if (e == OK)
		e = read_quickly(segment, seq, arena, &done, out, why);
	if (e == OK && !done)
		e = read_slowly(segment, seq, arena, out, why);
	return e;
}
