/* base/saving.c - see saving.h */
#include "base/saving.h"

#include "base/varint.h"

#include <stdlib.h>

enum { PARTS_LEAST = 64 };
#define BYTES_MAX ((size_t)64 << 20) /* of all entries between parts */

/* One part, and the bytes before it. */
struct part {
	enum { PART_TABLE, PART_STRINGS, PART_OTHER } what;
	void *of;
	void *view; /* struct view or struct strings_view, with a reference */
	const struct saving_kind *kind;
	size_t bytes_to; /* in `bytes`: those before it end here */
};

struct saving {
	struct strbuf bytes;
	struct part *parts;
	size_t count, room;
	size_t next; /* to be written */
};

struct saving *saving_create(void)
{
	struct saving *s = memory_alloc(sizeof(*s));

	s->bytes = strbuf_heap(BYTES_MAX);
	return s;
}

static void release(struct part *part)
{
	if (part->what == PART_TABLE)
		view_unref(part->view);
	else if (part->what == PART_STRINGS)
		strings_view_unref(part->view);
	else if (part->what == PART_OTHER && part->kind->release != NULL)
		part->kind->release(part->of);
}

void saving_free(struct saving *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		release(&s->parts[i]);
	strbuf_done(&s->bytes);
	free(s->parts);
	free(s);
}

/* ---- gathering */

void saving_add_byte(struct saving *s, char byte)
{
	strbuf_add_byte(&s->bytes, byte);
}

void saving_add_u32(struct saving *s, uint32_t n)
{
	strbuf_add_u32(&s->bytes, n);
}

void saving_add_u64(struct saving *s, uint64_t n)
{
	strbuf_add_u64(&s->bytes, n);
}

static void add(struct saving *s, struct part part)
{
	if (s->count == s->room) {
		s->room = MAX_OF(s->room * 2, (size_t)PARTS_LEAST);
		s->parts = memory_resize(s->parts, s->room * sizeof(*s->parts));
	}
	part.bytes_to = s->bytes.len;
	s->parts[s->count++] = part;
}

void saving_add_table(struct saving *s, struct table *table)
{
	add(s, (struct part){ .what = PART_TABLE, .of = table, .view = table_publish(table) });
}

void saving_add_strings(struct saving *s, struct strings *strings)
{
	add(s, (struct part){
		       .what = PART_STRINGS, .of = strings, .view = strings_publish(strings) });
}

void saving_add_part(struct saving *s, void *part, const struct saving_kind *kind)
{
	add(s, (struct part){ .what = PART_OTHER, .of = part, .kind = kind });
}

/* ---- writing */

static err write_part(const struct part *part, struct table_store *store, struct why *why)
{
	switch (part->what) {
	case PART_TABLE:
		return table_save(part->of, part->view, store, why);
	case PART_STRINGS:
		return strings_save(part->of, part->view, store, why);
	case PART_OTHER:
		break;
	}
	return part->kind->save(part->of, store, why);
}

static void add_bytes(const struct saving *s, size_t from, size_t to, struct strbuf *index)
{
	if (to > from)
		strbuf_add(index, (str){ s->bytes.ptr + from, to - from });
}

err saving_step(struct saving *s, struct table_store *store, bool *done, struct why *why)
{
	size_t from = s->next == 0 ? 0 : s->parts[s->next - 1].bytes_to;
	err e = OK;

	ASSERT(strbuf_ok(&s->bytes));
	*done = s->next == s->count;
	if (*done) {
		add_bytes(s, from, s->bytes.len, store->index);
		return OK;
	}
	add_bytes(s, from, s->parts[s->next].bytes_to, store->index);
	e = write_part(&s->parts[s->next], store, why);
	s->next++;
	return e;
}

err saving_write(struct saving *s, struct table_store *store, struct why *why)
{
	bool done = false;
	err e = OK;

	while (e == OK && !done)
		e = saving_step(s, store, &done, why);
	return e;
}

static uint64_t part_bytes(const struct part *part)
{
	switch (part->what) {
	case PART_TABLE:
		return table_saved_bytes(part->of);
	case PART_STRINGS:
		return strings_saved_bytes(part->of);
	case PART_OTHER:
		break;
	}
	return part->kind->bytes(part->of);
}

uint64_t saving_bytes(const struct saving *s)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < s->count; i++)
		bytes += part_bytes(&s->parts[i]);
	return bytes;
}

void saving_forget(struct saving *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct part *part = &s->parts[i];
		if (part->what == PART_TABLE)
			table_forget_saved(part->of);
		else if (part->what == PART_STRINGS)
			strings_forget_saved(part->of);
		else if (part->what == PART_OTHER)
			part->kind->forget(part->of);
	}
}
