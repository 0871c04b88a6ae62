/* journal/cursor.c - going through a segment, and reading one record of it: see segment.h */
#include "journal/cache.h"
#include "journal/segment_internal.h"

#include <stdlib.h>

enum { READ_WINDOW_BYTES = SEGMENT_INDEX_BYTES + (16 << 10) };

struct segment_cursor {
	struct segment *segment;
	uint64_t seq, end_seq; /* what comes next; where it ends, as it was at opening */
	uint64_t from_seq; /* nothing below is told */
	/* rows */
	struct row_walk walk;
	struct row_records records;
	uint64_t batch_at;
	int64_t received_ms;
	/* sealed */
	struct arena *arena;
	struct sealed_record *sealed; /* of blocks[block - 1] */
	size_t sealed_at, sealed_count, block;
};

/* The last place not behind `seq`; the caller holds the lock. */
static const struct row_place *find_place(const struct segment *s, uint64_t seq)
{
	size_t low = 0, high = s->place_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->places[middle].seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? NULL : &s->places[low - 1];
}

/* The last block not behind `seq`, or the count. */
static size_t find_block(const struct segment *s, uint64_t seq)
{
	size_t low = 0, high = s->block_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->blocks[middle].first_seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : low - 1;
}

static void start_rows(struct segment_cursor *c)
{
	struct segment *s = c->segment;

	segment_lock(s);
	c->end_seq = s->end_seq;
	c->walk = segment_walk(s, s->end_at);
	const struct row_place *place = find_place(s, c->from_seq);
	if (place != NULL && !c->walk.any_salt) {
		c->walk.at = place->batch_at;
		c->walk.seq = place->batch_seq;
	}
	segment_unlock(s);
	c->seq = c->walk.seq;
}

struct segment_cursor *segment_cursor_open(struct segment *segment, uint64_t from_seq)
{
	struct segment_cursor *c = memory_alloc(sizeof(*c));

	c->segment = segment_ref(segment);
	c->from_seq = MAX_OF(from_seq, segment->name.first_seq);
	if (!segment->name.sealed) {
		start_rows(c);
		return c;
	}
	c->end_seq = segment_end_seq(segment);
	c->arena = arena_create(SEALED_BLOCK_MEMORY_MAX);
	c->block = find_block(segment, c->from_seq);
	c->seq = c->block == 0 ? segment->name.first_seq : segment->blocks[c->block].first_seq;
	return c;
}

void segment_cursor_close(struct segment_cursor *cursor)
{
	if (cursor == NULL)
		return;
	row_window_done(&cursor->walk.window);
	arena_free(cursor->arena);
	segment_unref(cursor->segment);
	free(cursor);
}

static void set_damage(
	struct segment_cursor *c, uint64_t end_seq, uint64_t at, struct segment_item *item)
{
	*item = (struct segment_item){
		.kind = ITEM_DAMAGE, .seq = c->seq, .end_seq = end_seq, .at = at
	};
	c->seq = end_seq;
	segment_set_damaged(c->segment);
}

static void set_record(struct segment_cursor *c, str bytes, uint64_t at, struct segment_item *item)
{
	*item = (struct segment_item){ .kind = ITEM_RECORD,
		.seq = c->seq,
		.end_seq = c->seq + 1,
		.received_ms = c->received_ms,
		.bytes = bytes,
		.at = at };
	c->seq++;
}

/* The next mark of the rows.  True: `item` is something to tell. */
static err rows_step(
	struct segment_cursor *c, bool *told, struct segment_item *item, struct why *why)
{
	struct row_found found;
	err e = row_walk_next(&c->walk, &found, why);

	*told = false;
	if (e != OK)
		return e;
	switch (found.step) {
	case ROW_BATCH:
		c->records = (struct row_records){
			.body = found.body, .left = found.mark.count, .trusted = found.body_ok
		};
		c->batch_at = found.at;
		c->received_ms = found.mark.received_ms;
		return OK;
	case ROW_GAP:
		set_damage(c, found.end_seq, found.at, item);
		*told = true;
		return OK;
	case ROW_END:
	case ROW_TAIL:
		break;
	}
	*told = true;
	if (c->seq < c->end_seq)
		set_damage(c, c->end_seq, found.at, item);
	else
		*item = (struct segment_item){ .kind = ITEM_END };
	return OK;
}

static err rows_next(struct segment_cursor *c, struct segment_item *item, struct why *why)
{
	for (;;) {
		size_t at = c->records.at;
		uint32_t skip;
		bool ok, told;
		str bytes;
		if (row_records_next(&c->records, &bytes, &ok, &skip)) {
			uint64_t place = c->batch_at + ROW_MARK_BYTES + at;
			if (ok)
				set_record(c, bytes, place, item);
			else
				set_damage(c, c->seq + skip, place, item);
			return OK;
		}
		err e = rows_step(c, &told, item, why);
		if (e != OK || told)
			return e;
	}
}

static err sealed_next(struct segment_cursor *c, struct segment_item *item, struct why *why)
{
	struct segment *s = c->segment;
	bool ok;

	if (c->sealed_at < c->sealed_count) {
		const struct sealed_record *record = &c->sealed[c->sealed_at++];
		c->received_ms = record->received_ms;
		set_record(c, record->bytes, s->blocks[c->block - 1].at, item);
		return OK;
	}
	if (c->block == s->block_count) {
		if (c->seq < c->end_seq)
			set_damage(c, c->end_seq, s->end_at, item);
		else
			*item = (struct segment_item){ .kind = ITEM_END };
		return OK;
	}
	const struct sealed_block *block = &s->blocks[c->block];
	if (block->first_seq > c->seq) {
		set_damage(c, block->first_seq, block->at, item);
		return OK;
	}
	c->block++;
	arena_reset(c->arena);
	err e = sealed_block_load(s->file, block, c->arena, &ok, &c->sealed, why);
	c->sealed_at = c->sealed_count = 0;
	if (e != OK)
		return e;
	if (!ok) {
		set_damage(c, block->first_seq + block->count, block->at, item);
		return OK;
	}
	c->sealed_count = block->count;
	return sealed_next(c, item, why); /* a block is never empty */
}

err segment_cursor_next(struct segment_cursor *cursor, struct segment_item *item, struct why *why)
{
	for (;;) {
		if (cursor->seq >= cursor->end_seq) {
			*item = (struct segment_item){ .kind = ITEM_END };
			return OK;
		}
		err e = cursor->segment->name.sealed ? sealed_next(cursor, item, why)
						     : rows_next(cursor, item, why);
		if (e != OK || item->kind == ITEM_END)
			return e;
		item->seq = MAX_OF(item->seq, cursor->from_seq);
		item->end_seq = MIN_OF(item->end_seq, cursor->end_seq);
		if (item->seq < item->end_seq)
			return OK;
	}
}

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
	struct hop hop = { .window = { .file = s->file, .chunk = READ_WINDOW_BYTES } };
	struct row_place place = { 0 };
	const char *head;
	str bytes;

	segment_lock(s);
	const struct row_place *found = find_place(s, seq);
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
	err e = enter_batch(&hop, done, why);
	if (e == OK && *done) {
		hop.at += place.within;
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
	size_t i = find_block(s, seq);
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
