/* engine/erasures.c - see erasures.h */
#include "engine/erasures.h"

#include <stdlib.h>
#include <string.h>

enum { MARK_BYTES_MAX = 4096, ENTRY_BYTES = 16 };
static const str head = STR_INIT("ariane erased 1\n");

/* What cannot be read says nothing: then all is done again, which does no harm. */
static uint64_t read_mark(str text)
{
	int64_t seq = 0;

	return str_skip_prefix(&text, head) && str_to_int64(str_trim(text), &seq) && seq > 0
		       ? (uint64_t)seq
		       : 0;
}

err erasures_open(struct erasures *e, struct disk *disk, const char *folder, struct why *why)
{
	AUTO_ARENA arena = arena_create((size_t)4 * MARK_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct why reason = { 0 };
	str text;
	err result = path_join(path, folder, "erased", &reason);

	*e = (struct erasures){ 0 };
	if (result == OK)
		result = disk_read_whole(disk, path, MARK_BYTES_MAX, arena, &text, &reason);
	if (result == OK)
		e->done_seq = read_mark(text);
	if (result == OK || result == ERR_NOT_FOUND || result == ERR_LIMIT)
		return OK;
	if (why != NULL)
		*why = reason;
	return result;
}

void erasures_done(struct erasures *e)
{
	free(e->items);
	*e = (struct erasures){ 0 };
}

void erasures_note(struct erasures *e, uint64_t seq, int64_t received_ms)
{
	bool is_known = e->count > 0 && seq <= e->items[e->count - 1].seq;

	if (is_known || seq < e->done_seq)
		return;
	if (e->count == e->room) {
		e->room = MAX_OF(e->room * 2, (size_t)16);
		e->items = memory_resize(e->items, e->room * sizeof(*e->items));
	}
	e->items[e->count++] = (struct waiting_erasure){ seq, received_ms };
}

void erasures_drop(struct erasures *e, uint64_t seq)
{
	size_t n = 0;

	while (n < e->count && e->items[n].seq < seq)
		n++;
	if (n > 0)
		memmove(e->items, e->items + n, (e->count - n) * sizeof(*e->items));
	e->count -= n;
	e->done_seq = MAX_OF(e->done_seq, seq);
}

err erasures_mark(struct disk *disk, const char *folder, uint64_t seq, struct why *why)
{
	char bytes[64];
	struct strbuf text = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	strbuf_add(&text, head);
	strbuf_printf(&text, "%llu\n", (unsigned long long)seq);
	return disk_write_whole(disk, folder, "erased", strbuf_str(&text), why);
}

void erasures_save(const struct erasures *e, struct strbuf *out)
{
	strbuf_add_u64(out, e->count);
	for (size_t i = 0; i < e->count; i++) {
		strbuf_add_u64(out, e->items[i].seq);
		strbuf_add_u64(out, (uint64_t)e->items[i].received_ms);
	}
}

bool erasures_load(struct erasures *e, struct reader *in)
{
	uint64_t count = reader_u64(in), last = 0;
	size_t before = e->count;

	if (in->failed || count > reader_left(in) / ENTRY_BYTES)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t seq = reader_u64(in);
		int64_t received_ms = (int64_t)reader_u64(in);
		if (seq <= last) {
			e->count = before; /* another checkpoint will say, or the journal */
			return false;
		}
		last = seq;
		erasures_note(e, seq, received_ms);
	}
	return true;
}
