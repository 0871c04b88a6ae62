/* tests/support/kept_stream.c - see kept_stream.h */
#include "support/kept_stream.h"

#include "event/codec.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 1 << 16, KEPT_REJECTS_MAX = 1 << 10 };

static err give_bytes(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct kept_input *in = (struct kept_input *)input;
	size_t left = in->bytes.len - in->at;

	if (in->fail_after > 0 && in->at >= in->fail_after)
		return fail(why, MSG_IO, arg_c("read"), arg_str(input->name), arg_c("test"));
	if (in->step > 0)
		bytes = MIN_OF(bytes, in->step);
	*got = MIN_OF(bytes, left);
	if (*got > 0)
		memcpy(to, in->bytes.ptr + in->at, *got);
	in->at += *got;
	return OK;
}

struct kept_input kept_input(str bytes)
{
	return (struct kept_input){ .base = { give_bytes, STR("kept") }, .bytes = bytes };
}

static err keep_bytes(struct output *output, str bytes, struct why *why)
{
	struct kept_output *out = (struct kept_output *)output;

	if (++out->writes == out->fail_at)
		return fail(why, MSG_IO, arg_c("write"), arg_c("kept"), arg_c("test"));
	strbuf_add(&out->text, bytes);
	ASSERT(strbuf_ok(&out->text));
	return OK;
}

struct kept_output kept_output(void)
{
	return (struct kept_output){ .base = { keep_bytes }, .text = strbuf_heap(1 << 30) };
}

void kept_records_add(struct kept_records *kept, const struct record *record)
{
	struct strbuf bytes = strbuf_in(kept->arena, 1 << 26);

	record_encode(record, &bytes);
	ASSERT(strbuf_ok(&bytes) && kept->count < KEPT_MAX);
	kept->records[kept->count++] = strbuf_str(&bytes);
}

static err keep_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	struct kept_records *kept = (struct kept_records *)sink;

	kept_records_add(kept, record);
	kept->lines[kept->count - 1] = place->line;
	return kept->count == kept->stop_after
		       ? fail(why, MSG_FILE_BUSY, arg_c("test")) /* any error: it comes back */
		       : OK;
}

static err keep_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct kept_records *kept = (struct kept_records *)sink;

	(void)why;
	ASSERT(kept->reject_count < KEPT_REJECTS_MAX);
	kept->rejects[kept->reject_count++] = (struct kept_reject){ reason->message,
		reason->has_line ? reason->line : -1, arena_str(kept->arena, raw) };
	return OK;
}

static struct kept_records *of_source(struct record_source *source)
{
	return (struct kept_records *)(void *)((char *)source -
					       offsetof(struct kept_records, source));
}

static err rewind_kept(struct record_source *source, struct why *why)
{
	(void)why;
	of_source(source)->next = 0;
	return OK;
}

static err next_kept(struct record_source *source, bool *more, struct record *record, str *customer,
	struct why *why)
{
	struct kept_records *kept = of_source(source);

	(void)why;
	*more = kept->next < kept->count;
	if (!*more)
		return OK;
	*record = kept_record(kept, kept->next++);
	strbuf_clear(&kept->customer);
	if (record->kind == RECORD_EVENT && record->identifier_count > 0) {
		strbuf_add(&kept->customer, record->identifiers[0].type);
		strbuf_add_byte(&kept->customer, ':');
		strbuf_add(&kept->customer, record->identifiers[0].value);
	}
	*customer = strbuf_str(&kept->customer);
	return OK;
}

void kept_records_init(struct kept_records *kept)
{
	*kept = (struct kept_records){ .sink = { .record = keep_record, .reject = keep_reject },
		.source = { rewind_kept, next_kept },
		.arena = arena_create((size_t)1 << 30),
		.read = arena_create(1 << 28),
		.customer = strbuf_heap(1 << 12) };
	kept->records = arena_array(kept->arena, KEPT_MAX, sizeof(*kept->records));
	kept->lines = arena_array(kept->arena, KEPT_MAX, sizeof(*kept->lines));
	kept->rejects = arena_array(kept->arena, KEPT_REJECTS_MAX, sizeof(*kept->rejects));
}

void kept_records_done(struct kept_records *kept)
{
	arena_free(kept->arena);
	arena_free(kept->read);
	strbuf_done(&kept->customer);
}

struct record kept_record(struct kept_records *kept, size_t i)
{
	struct record record;

	arena_reset(kept->read);
	err e = record_decode(kept->records[i], kept->read, &record, NULL);
	ASSERT(e == OK);
	return record;
}

static int by_bytes(const void *a, const void *b)
{
	return str_compare(*(const str *)a, *(const str *)b);
}

void kept_records_sort(struct kept_records *kept)
{
	if (kept->count > 0)
		qsort(kept->records, kept->count, sizeof(*kept->records), by_bytes);
}
