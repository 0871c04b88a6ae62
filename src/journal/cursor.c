/* journal/cursor.c - going through a segment, record by record: see segment.h */
#include "journal/segment_internal.h"

#include <stdlib.h>

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

static void start_rows(struct segment_cursor *c)
{
	struct segment *s = c->segment;

	segment_lock(s);
	c->end_seq = s->end_seq;
	c->walk = segment_walk(s, s->end_at);
	const struct row_place *place = segment_find_place(s, c->from_seq);
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
	c->block = segment_find_block(segment, c->from_seq);
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
	arena_reset(c->arena);
	c->sealed_at = c->sealed_count = 0;
	err e = sealed_block_load(s->file, block, c->arena, &ok, &c->sealed, why);
	if (e != OK)
		return e;
	c->block++;
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
