/* fuzz/xes_fuzz.c - whatever XES is read, is written and read again with the same records, and
 * written again byte for byte the same */
#include "fuzz.h"

#include "event/codec.h"
#include "exchange/xes.h"
#include "exchange/xes_write.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 4096 };

struct bytes_input {
	struct input base;
	str left;
};

struct text_output {
	struct output base;
	struct strbuf text;
};

/* Records that record_check() accepts, as bytes; given back as a source. */
struct records {
	struct record_sink sink;
	struct record_source source;
	struct arena *arena, *read;
	str items[RECORDS_MAX];
	size_t count, next;
	char customer[1024];
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct bytes_input *in = (struct bytes_input *)input;

	(void)why;
	*got = MIN_OF(bytes, in->left.len);
	if (*got > 0)
		memcpy(to, in->left.ptr, *got);
	in->left = str_from(in->left, *got);
	return OK;
}

static err take(struct output *output, str bytes, struct why *why)
{
	struct text_output *out = (struct text_output *)output;

	(void)why;
	strbuf_add(&out->text, bytes);
	ASSERT(strbuf_ok(&out->text));
	return OK;
}

static err keep(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct records *kept = (struct records *)sink;
	struct record r = *record;

	(void)place, (void)why;
	if (r.source.len == 0)
		r.source = STR("import"); /* as the importer does */
	if (record_check(&r, NULL) != OK || kept->count == RECORDS_MAX)
		return OK;
	struct strbuf bytes = strbuf_in(kept->arena, 1 << 22);
	record_encode(&r, &bytes);
	ASSERT(strbuf_ok(&bytes));
	kept->items[kept->count++] = strbuf_str(&bytes);
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink, (void)why;
	ASSERT(reason->message != MSG_NONE && str_is_utf8(raw));
	return OK;
}

static struct records *of_source(struct record_source *source)
{
	return (struct records *)(void *)((char *)source - offsetof(struct records, source));
}

static err rewind_all(struct record_source *source, struct why *why)
{
	(void)why;
	of_source(source)->next = 0;
	return OK;
}

static err next_one(struct record_source *source, bool *more, struct record *record, str *customer,
	struct why *why)
{
	struct records *kept = of_source(source);

	*more = kept->next < kept->count;
	if (!*more)
		return OK;
	arena_reset(kept->read);
	err e = record_decode(kept->items[kept->next++], kept->read, record, why);
	ASSERT(e == OK);
	if (record->kind == RECORD_EVENT) {
		str value = record->identifiers[0].value;
		memcpy(kept->customer, value.ptr, value.len);
		*customer = (str){ kept->customer, value.len };
	}
	return OK;
}

static struct records *records_create(void)
{
	struct records *kept = memory_alloc(sizeof(*kept));

	kept->sink = (struct record_sink){ .record = keep, .reject = refuse };
	kept->source = (struct record_source){ rewind_all, next_one };
	kept->arena = arena_create(1 << 30);
	kept->read = arena_create(1 << 28);
	return kept;
}

static void records_free(struct records *kept)
{
	arena_free(kept->arena);
	arena_free(kept->read);
	free(kept);
}

static err read_all(str bytes, struct records *kept)
{
	struct bytes_input in = { { give, STR("fuzz") }, bytes };
	struct read_summary summary;
	struct why why = { 0 };
	err e = xes_read(&in.base, NULL, &kept->sink, &summary, &why);

	ASSERT((e == OK) == (why.message == MSG_NONE));
	return e;
}

static int by_bytes(const void *a, const void *b)
{
	return str_compare(*(const str *)a, *(const str *)b);
}

static void compare(struct records *a, struct records *b)
{
	ASSERT(a->count == b->count);
	if (a->count == 0)
		return;
	qsort(a->items, a->count, sizeof(str), by_bytes);
	qsort(b->items, b->count, sizeof(str), by_bytes);
	for (size_t i = 0; i < a->count; i++)
		ASSERT(str_equal(a->items[i], b->items[i]));
}

static void write_all(struct records *kept, struct text_output *out)
{
	*out = (struct text_output){ { take }, strbuf_heap(1 << 30) };
	err e = xes_write(&kept->source, &out->base, NULL);
	ASSERT(e == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct records *first = records_create(), *second = records_create();
	struct text_output once, twice;

	(void)read_all(
		(str){ (const char *)data, size }, first); /* what came before an error counts */
	write_all(first, &once);
	err e = read_all(strbuf_str(&once.text), second);
	ASSERT(e == OK);
	write_all(second, &twice);
	ASSERT(str_equal(strbuf_str(&once.text), strbuf_str(&twice.text)));
	compare(first, second);
	strbuf_done(&once.text);
	strbuf_done(&twice.text);
	records_free(first);
	records_free(second);
	return 0;
}
